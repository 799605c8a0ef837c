/** Adapters in PEFT's format, and folding them into their base. */
@NullMarked
package org.blossomlm.train.adapter;

import org.jspecify.annotations.NullMarked;
