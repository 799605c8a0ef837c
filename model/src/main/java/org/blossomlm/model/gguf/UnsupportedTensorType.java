package org.blossomlm.model.gguf;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.blossomlm.model.tensor.TensorType;

/** Types that ggml has or had a number for and that {@link TensorType} does not decode. */
enum UnsupportedTensorType {
  Q4_2(4, Reason.REMOVED),
  Q4_3(5, Reason.REMOVED),
  Q8_1(9, Reason.INTERMEDIATE),
  Q8_K(15, Reason.INTERMEDIATE),
  IQ2_XXS(16, Reason.NOT_DECODED),
  IQ2_XS(17, Reason.NOT_DECODED),
  IQ3_XXS(18, Reason.NOT_DECODED),
  IQ1_S(19, Reason.NOT_DECODED),
  IQ3_S(21, Reason.NOT_DECODED),
  IQ2_S(22, Reason.NOT_DECODED),
  I8(24, Reason.NO_WEIGHTS),
  I16(25, Reason.NO_WEIGHTS),
  I32(26, Reason.NO_WEIGHTS),
  I64(27, Reason.NO_WEIGHTS),
  F64(28, Reason.NO_WEIGHTS),
  IQ1_M(29, Reason.NOT_DECODED),
  Q4_0_4_4(31, Reason.REPACKED),
  Q4_0_4_8(32, Reason.REPACKED),
  Q4_0_8_8(33, Reason.REPACKED),
  TQ1_0(34, Reason.NOT_DECODED),
  TQ2_0(35, Reason.NOT_DECODED),
  IQ4_NL_4_4(36, Reason.REPACKED),
  IQ4_NL_4_8(37, Reason.REPACKED),
  IQ4_NL_8_8(38, Reason.REPACKED),
  MXFP4(39, Reason.NOT_DECODED),
  NVFP4(40, Reason.NOT_DECODED);

  private final int ggufId;
  private final Reason reason;

  UnsupportedTensorType(int ggufId, Reason reason) {
    this.ggufId = ggufId;
    this.reason = reason;
  }

  /** One line: the type with this number, why it cannot be read, and which types can. */
  static String explain(int id) {
    String known =
        Arrays.stream(values())
            .filter(type -> type.ggufId == id)
            .map(type -> "found type " + type + " (" + id + "), " + type.reason.text)
            .findFirst()
            .orElse(
                "found the unknown type "
                    + Integer.toUnsignedString(id)
                    + ": the file is damaged or newer than this program");
    String supported =
        Arrays.stream(TensorType.values()).map(Enum::name).collect(Collectors.joining(", "));
    return known + "; supported are " + supported;
  }

  private enum Reason {
    NOT_DECODED("which is not supported: get the model in another quantisation"),
    NO_WEIGHTS("which is not used for weights"),
    INTERMEDIATE("which ggml uses during computation and not in files"),
    REMOVED("which was removed from the format in 2023: convert the model again"),
    REPACKED("a repacked layout removed from the format in 2024: get the model as Q4_0 or IQ4_NL");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }
}
