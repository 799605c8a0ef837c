/**
 * The decoder, its loss and its adapters' arithmetic, in operations that libtorch differentiates.
 */
@NullMarked
package org.blossomlm.train.nn;

import org.jspecify.annotations.NullMarked;
