/** JSON as a tree, read with the parser alone. */
@NullMarked
package org.blossomlm.model.json;

import org.jspecify.annotations.NullMarked;
