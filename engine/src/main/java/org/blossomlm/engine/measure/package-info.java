/** How well a model predicts a text, and what quantising changed: perplexity and divergence. */
@NullMarked
package org.blossomlm.engine.measure;

import org.jspecify.annotations.NullMarked;
