/**
 * A whole run: from a configuration to a model that other programs read. {@link
 * org.blossomlm.train.run.TrainingRun} is the entry.
 */
@NullMarked
package org.blossomlm.train.run;

import org.jspecify.annotations.NullMarked;
