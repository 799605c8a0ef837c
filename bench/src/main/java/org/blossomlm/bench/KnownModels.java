package org.blossomlm.bench;

import static org.blossomlm.bench.VocabularyKind.LLAMA2;
import static org.blossomlm.bench.VocabularyKind.LLAMA3;
import static org.blossomlm.bench.VocabularyKind.QWEN;
import static org.blossomlm.bench.VocabularyKind.SMOLLM;
import static org.blossomlm.bench.VocabularyKind.YI;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Models whose dimensions are known by name. */
final class KnownModels {
  private static final int QWEN_SMALL = 151_936;
  private static final int QWEN_LARGE = 152_064;

  /** In the order in which they are listed to users. */
  static final List<ModelShape> ALL =
      List.of(
          qwen15("qwen1.5:0.5b", 24, 1024, 2816, 16, QWEN_SMALL, true, 1e6f),
          qwen15("qwen1.5:1.8b", 24, 2048, 5504, 16, QWEN_SMALL, false, 1e6f),
          qwen15("qwen1.5:4b", 40, 2560, 6912, 20, QWEN_SMALL, false, 5e6f),
          qwen15("qwen1.5:7b", 32, 4096, 11008, 32, QWEN_SMALL, false, 1e6f),
          qwen15("qwen1.5:14b", 40, 5120, 13696, 40, QWEN_LARGE, false, 1e6f),
          qwen2("qwen2:0.5b", 24, 896, 4864, 14, 2, QWEN_SMALL, true),
          qwen2("qwen2:1.5b", 28, 1536, 8960, 12, 2, QWEN_SMALL, true),
          qwen2("qwen2:7b", 28, 3584, 18944, 28, 4, QWEN_LARGE, false),
          qwen2("qwen2.5:0.5b", 24, 896, 4864, 14, 2, QWEN_SMALL, true),
          qwen2("qwen2.5:1.5b", 28, 1536, 8960, 12, 2, QWEN_SMALL, true),
          qwen2("qwen2.5:3b", 36, 2048, 11008, 16, 2, QWEN_SMALL, true),
          qwen2("qwen2.5:7b", 28, 3584, 18944, 28, 4, QWEN_LARGE, false),
          qwen2("qwen2.5:14b", 48, 5120, 13824, 40, 8, QWEN_LARGE, false),
          qwen2("qwen2.5:32b", 64, 5120, 27648, 40, 8, QWEN_LARGE, false),
          qwen3("qwen3:0.6b", 28, 1024, 3072, 16, true),
          qwen3("qwen3:1.7b", 28, 2048, 6144, 16, true),
          qwen3("qwen3:4b", 36, 2560, 9728, 32, true),
          qwen3("qwen3:8b", 36, 4096, 12288, 32, false),
          qwen3("qwen3:14b", 40, 5120, 17408, 40, false),
          llama("smollm2:135m", 30, 576, 1536, 9, 3, 64, SMOLLM, true, 8192, 1e5f, 1e-5f, 1),
          llama("smollm2:360m", 32, 960, 2560, 15, 5, 64, SMOLLM, true, 8192, 1e5f, 1e-5f, 1),
          llama("smollm2:1.7b", 24, 2048, 8192, 32, 32, 64, SMOLLM, true, 8192, 1.3e5f, 1e-5f, 1),
          llama("tinyllama:1.1b", 22, 2048, 5632, 32, 4, 64, LLAMA2, false, 2048, 1e4f, 1e-5f, 1),
          llama("llama2:7b", 32, 4096, 11008, 32, 32, 128, LLAMA2, false, 4096, 1e4f, 1e-5f, 1),
          llama("llama2:13b", 40, 5120, 13824, 40, 40, 128, LLAMA2, false, 4096, 1e4f, 1e-5f, 1),
          llama("llama3:8b", 32, 4096, 14336, 32, 8, 128, LLAMA3, false, 8192, 5e5f, 1e-5f, 1),
          llama("llama3.1:8b", 32, 4096, 14336, 32, 8, 128, LLAMA3, false, 131072, 5e5f, 1e-5f, 8),
          llama("llama3.2:1b", 16, 2048, 8192, 32, 8, 64, LLAMA3, true, 131072, 5e5f, 1e-5f, 32),
          llama("llama3.2:3b", 28, 3072, 8192, 24, 8, 128, LLAMA3, true, 131072, 5e5f, 1e-5f, 32),
          llama("yi:6b", 32, 4096, 11008, 32, 4, 128, YI, false, 4096, 5e6f, 1e-5f, 1),
          llama("yi:9b", 48, 4096, 11008, 32, 4, 128, YI, false, 4096, 1e4f, 1e-6f, 1),
          llama("yi:34b", 60, 7168, 20480, 56, 8, 128, YI, false, 4096, 5e6f, 1e-5f, 1),
          llama("mistral:7b", 32, 4096, 14336, 32, 8, 128, LLAMA2, false, 32768, 1e4f, 1e-5f, 1));

  private KnownModels() {}

  /**
   * A model by family and size, e.g. {@code Qwen2:1.5B}.
   *
   * @throws IllegalArgumentException naming the sizes of the family, or all families
   */
  static ModelShape named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    Optional<ModelShape> found =
        ALL.stream().filter(shape -> shape.name().equals(wanted)).findFirst();
    return found.orElseThrow(() -> {
      String family = wanted.split(":", 2)[0];
      List<String> near =
          names().stream().filter(candidate -> candidate.startsWith(family + ":")).toList();
      return new IllegalArgumentException(
          "unknown model '%s'; known are %s"
              .formatted(name, String.join(", ", near.isEmpty() ? names() : near)));
    });
  }

  static List<String> names() {
    return ALL.stream().map(ModelShape::name).toList();
  }

  /** Qwen 1.5: every head has keys and values of its own. */
  private static ModelShape qwen15(
      String name,
      int layers,
      int hidden,
      int feedForward,
      int heads,
      int vocabulary,
      boolean tied,
      float ropeBase) {
    return new ModelShape(
        name,
        "qwen2",
        layers,
        hidden,
        feedForward,
        heads,
        heads,
        hidden / heads,
        QWEN,
        vocabulary,
        tied,
        32768,
        ropeBase,
        1e-6f,
        1);
  }

  private static ModelShape qwen2(
      String name,
      int layers,
      int hidden,
      int feedForward,
      int heads,
      int keyValueHeads,
      int vocabulary,
      boolean tied) {
    return new ModelShape(
        name,
        "qwen2",
        layers,
        hidden,
        feedForward,
        heads,
        keyValueHeads,
        hidden / heads,
        QWEN,
        vocabulary,
        tied,
        32768,
        1e6f,
        1e-6f,
        1);
  }

  /** Qwen 3: eight key/value heads of 128 whatever the width. */
  private static ModelShape qwen3(
      String name, int layers, int hidden, int feedForward, int heads, boolean tied) {
    return new ModelShape(
        name,
        "qwen3",
        layers,
        hidden,
        feedForward,
        heads,
        8,
        128,
        QWEN,
        QWEN_SMALL,
        tied,
        40960,
        1e6f,
        1e-6f,
        1);
  }

  private static ModelShape llama(
      String name,
      int layers,
      int hidden,
      int feedForward,
      int heads,
      int keyValueHeads,
      int headSize,
      VocabularyKind vocabulary,
      boolean tied,
      int context,
      float ropeBase,
      float epsilon,
      float llama3RopeFactor) {
    return new ModelShape(
        name,
        "llama",
        layers,
        hidden,
        feedForward,
        heads,
        keyValueHeads,
        headSize,
        vocabulary,
        vocabulary.tokens(),
        tied,
        context,
        ropeBase,
        epsilon,
        llama3RopeFactor);
  }
}
