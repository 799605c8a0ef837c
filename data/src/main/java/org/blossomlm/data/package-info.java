/** Data sets for fine-tuning: what a record is. */
@NullMarked
package org.blossomlm.data;

import org.jspecify.annotations.NullMarked;
