/** Vectors of texts by ONNX Runtime. */
@NullMarked
package org.blossomlm.data.onnx;

import org.jspecify.annotations.NullMarked;
