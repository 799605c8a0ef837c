/** AdamW, learning-rate schedules, clipping and averages of weights. */
@NullMarked
package org.blossomlm.train.optimizer;

import org.jspecify.annotations.NullMarked;
