package org.blossomlm.model.safetensors;

/**
 * What a file may claim before it is refused. A message about a limit names the component, which is
 * the setting that changes it.
 *
 * @param maxHeaderBytes JSON at the start of a file; the format allows 100,000,000
 * @param maxTensors tensors of a model, all files together
 * @param maxNameBytes UTF-16 units of a tensor's name, or of a key or value of the metadata
 * @param maxDimensions of a tensor
 * @param maxShards files of a model
 */
public record SafetensorsLimits(
    int maxHeaderBytes, int maxTensors, int maxNameBytes, int maxDimensions, int maxShards) {

  public static final SafetensorsLimits DEFAULT =
      new SafetensorsLimits(100_000_000, 1 << 18, 1 << 20, 16, 1 << 14);

  public SafetensorsLimits {
    for (int limit :
        new int[] {maxHeaderBytes, maxTensors, maxNameBytes, maxDimensions, maxShards}) {
      if (limit < 1) {
        throw new IllegalArgumentException("a limit must be at least 1: " + limit);
      }
    }
  }
}
