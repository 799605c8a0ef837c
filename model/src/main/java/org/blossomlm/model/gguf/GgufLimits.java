package org.blossomlm.model.gguf;

/**
 * What a GGUF file may claim before it is refused. Every count and length is checked against the
 * bytes of the file first; these limits bound what a hostile file of any size can cost in memory
 * and time. A message about a limit names the component, which is the setting that changes it.
 *
 * <p>For scale: the largest vocabularies of published models have about 262,000 tokens and 515,000
 * merges, a header of about 20 MB, and the largest models about 2,000 tensors.
 *
 * @param maxKeyValues metadata pairs of one file
 * @param maxTensors tensors of a model, all parts together
 * @param maxHeaderBytes metadata and tensor infos of one file
 * @param maxKeyBytes a key (the specification allows 65,535)
 * @param maxTensorNameBytes a tensor name (the specification allows 64, and tools write longer)
 * @param maxStringBytes a string value or an element of a string array
 * @param maxArrayLength elements of one array, and all elements of a nested one together
 * @param maxArrayDepth arrays within arrays; 1 is a plain array
 * @param maxAlignment bytes, of {@code general.alignment}
 * @param maxParts files of a split model
 */
public record GgufLimits(
    int maxKeyValues,
    int maxTensors,
    int maxHeaderBytes,
    int maxKeyBytes,
    int maxTensorNameBytes,
    int maxStringBytes,
    int maxArrayLength,
    int maxArrayDepth,
    int maxAlignment,
    int maxParts) {

  public static final GgufLimits DEFAULT =
      new GgufLimits(
          65_536, 65_536, 128 << 20, 65_535, 1_024, 16 << 20, 4 << 20, 4, 1 << 20, 4_096);

  public GgufLimits {
    requirePositive(maxKeyValues, "maxKeyValues");
    requirePositive(maxTensors, "maxTensors");
    requirePositive(maxHeaderBytes, "maxHeaderBytes");
    requirePositive(maxKeyBytes, "maxKeyBytes");
    requirePositive(maxTensorNameBytes, "maxTensorNameBytes");
    requirePositive(maxStringBytes, "maxStringBytes");
    requirePositive(maxArrayLength, "maxArrayLength");
    requirePositive(maxArrayDepth, "maxArrayDepth");
    requirePositive(maxAlignment, "maxAlignment");
    requirePositive(maxParts, "maxParts");
  }

  private static void requirePositive(int value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
  }
}
