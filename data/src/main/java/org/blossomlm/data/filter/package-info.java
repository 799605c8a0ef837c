/** Operators that follow rules: what a record says, how it says it, and in which language. */
@NullMarked
package org.blossomlm.data.filter;

import org.jspecify.annotations.NullMarked;
