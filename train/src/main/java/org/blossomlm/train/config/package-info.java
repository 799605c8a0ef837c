/**
 * What a training run is told: keys, their values, and what follows from them. Needs no libtorch.
 */
@NullMarked
package org.blossomlm.train.config;

import org.jspecify.annotations.NullMarked;
