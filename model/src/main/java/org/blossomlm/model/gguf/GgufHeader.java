package org.blossomlm.model.gguf;

import java.util.List;
import java.util.Map;

/**
 * What stands before the tensor data of one file.
 *
 * @param values in file order
 * @param tensors in file order; inside the file, aligned, none overlapping another
 * @param dataOffset bytes from the start of the file to the data section
 */
record GgufHeader(
    int version, Map<String, GgufValue> values, List<TensorInfo> tensors, long dataOffset) {

  /** Bytes "GGUF". */
  static final int MAGIC = 0x46554747;

  static final int VERSION = 3;
  static final String ALIGNMENT_KEY = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  static final int MAX_DIMENSIONS = 4;

  /** The next multiple of {@code alignment}, a power of two. */
  static long align(long offset, long alignment) {
    return offset + alignment - 1 & -alignment;
  }
}
