/** Fine-tuning: from a data set and a base model to a model that runs. */
@NullMarked
package org.blossomlm.train;

import org.jspecify.annotations.NullMarked;
