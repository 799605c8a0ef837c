/** Training examples: tokens, labels and the batches they are packed into. Needs no libtorch. */
@NullMarked
package org.blossomlm.train.example;

import org.jspecify.annotations.NullMarked;
