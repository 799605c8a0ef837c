package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.blossomlm.model.tensor.TensorType;

/** The type that the matrices of a converted model get. Norms and biases stay F32. */
public enum WeightType {
  /** To GGUF: BF16 where the source is, otherwise F16. From GGUF: exact, see the exporter. */
  AUTO(Optional.empty(), -1),
  F32(Optional.of(TensorType.F32), 0),
  F16(Optional.of(TensorType.F16), 1),
  BF16(Optional.of(TensorType.BF16), 32),
  Q8_0(Optional.of(TensorType.Q8_0), 7);

  private final Optional<TensorType> tensorType;
  private final int fileType;

  WeightType(Optional<TensorType> tensorType, int fileType) {
    this.tensorType = tensorType;
    this.fileType = fileType;
  }

  /** The type of a matrix; nothing for {@link #AUTO}, which depends on the source. */
  Optional<TensorType> tensorType() {
    return tensorType;
  }

  /** The number of {@code general.file_type}: llama.cpp's {@code llama_ftype}. */
  int fileType() {
    return fileType;
  }

  /** The type of that name, in any case. */
  public static Optional<WeightType> named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(type -> type.name().equals(upper)).findFirst();
  }
}
