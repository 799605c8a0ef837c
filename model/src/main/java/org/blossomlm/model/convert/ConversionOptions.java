package org.blossomlm.model.convert;

import org.blossomlm.model.safetensors.SafetensorsWriter;

/**
 * How to convert.
 *
 * @param type of the matrices
 * @param threads that convert numbers
 * @param maxShardBytes tensor bytes of one safetensors file
 */
public record ConversionOptions(WeightType type, int threads, long maxShardBytes) {
  public static final ConversionOptions DEFAULT =
      new ConversionOptions(
          WeightType.AUTO,
          Runtime.getRuntime().availableProcessors(),
          SafetensorsWriter.DEFAULT_SHARD_BYTES);

  public ConversionOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1: " + threads);
    }
    if (maxShardBytes < 1) {
      throw new IllegalArgumentException("maxShardBytes must be at least 1: " + maxShardBytes);
    }
  }

  public ConversionOptions withType(WeightType other) {
    return new ConversionOptions(other, threads, maxShardBytes);
  }

  public ConversionOptions withThreads(int other) {
    return new ConversionOptions(type, other, maxShardBytes);
  }

  public ConversionOptions withMaxShardBytes(long other) {
    return new ConversionOptions(type, threads, other);
  }
}
