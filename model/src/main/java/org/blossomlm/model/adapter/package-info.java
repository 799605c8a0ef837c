/** Adapters at rest: the low-rank changes to a model's matrices, in PEFT's format. */
@NullMarked
package org.blossomlm.model.adapter;

import org.jspecify.annotations.NullMarked;
