/** Tensors at rest: element types, shapes, and the decoding of quantised blocks. */
@NullMarked
package org.blossomlm.model.tensor;

import org.jspecify.annotations.NullMarked;
