/** Operators on whole data sets: duplicates, contamination, shares and samples. */
@NullMarked
package org.blossomlm.data.dedup;

import org.jspecify.annotations.NullMarked;
