/** Operators that make chats out of rows of tables, and give chats system messages. */
@NullMarked
package org.blossomlm.data.row;

import org.jspecify.annotations.NullMarked;
