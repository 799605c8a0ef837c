package org.blossomlm.model.gguf;

import java.util.List;
import org.blossomlm.model.tensor.TensorType;

/**
 * Where a tensor is.
 *
 * @param dimensions fastest first
 * @param offset bytes from the start of the data section, a multiple of the alignment
 * @param bytes without padding
 */
record TensorInfo(String name, TensorType type, List<Long> dimensions, long offset, long bytes) {}
