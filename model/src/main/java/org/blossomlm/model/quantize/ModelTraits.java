package org.blossomlm.model.quantize;

import java.util.Set;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;

/**
 * The hyper-parameters that a recipe depends on.
 *
 * @param architecture {@code general.architecture}
 * @param layers {@code block_count}
 * @param heads query heads of the first layer
 * @param kvHeads key/value heads of the first layer
 * @param experts 0 for dense models
 */
public record ModelTraits(String architecture, int layers, int heads, int kvHeads, int experts) {
  /** Families whose 80-layer model llama.cpp treats as "70B" whatever its heads. */
  private static final Set<String> SEVENTY_B_FAMILIES = Set.of("qwen2", "olmo", "deci");

  /**
   * Reads them from a model's metadata; what is missing counts as 0 (key/value heads: as many as
   * query heads).
   *
   * @throws ModelException if a number is negative or beyond 2^31 - 1
   */
  public static ModelTraits of(GgufMetadata metadata) {
    String architecture = metadata.string("general.architecture").orElse("");
    int heads = first(metadata, architecture + ".attention.head_count", 0);
    return new ModelTraits(
        architecture,
        first(metadata, architecture + ".block_count", 0),
        heads,
        first(metadata, architecture + ".attention.head_count_kv", heads),
        first(metadata, architecture + ".expert_count", 0));
  }

  private static int first(GgufMetadata metadata, String key, int absent) {
    if (metadata.value(key).orElse(null) instanceof GgufArray array) {
      return array.length() > 0 && array.get(0) instanceof GgufValue.Int value
          ? bounded(key, value.value())
          : absent;
    }
    return bounded(key, metadata.integer(key).orElse(absent));
  }

  private static int bounded(String key, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new ModelException(key + " is " + value + "; allowed are 0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /** Query heads that share one key/value head. */
  int queriesPerKv() {
    return kvHeads == 0 ? 0 : heads / kvHeads;
  }

  /**
   * The size class in which eight query heads share an attn_v, which then is small enough to be
   * kept finer.
   */
  boolean seventyB() {
    if (layers != 80 || experts == 8) {
      return false;
    }
    return architecture.equals("llama")
        ? heads != kvHeads
        : SEVENTY_B_FAMILIES.contains(architecture);
  }
}
