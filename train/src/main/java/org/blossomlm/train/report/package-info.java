/**
 * What a run leaves for people and other tools: plots, a page, TensorBoard's files, a model card.
 */
@NullMarked
package org.blossomlm.train.report;

import org.jspecify.annotations.NullMarked;
