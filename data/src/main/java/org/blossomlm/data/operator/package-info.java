/** What happens to records: operators, and how a recipe names them. */
@NullMarked
package org.blossomlm.data.operator;

import org.jspecify.annotations.NullMarked;
