package org.blossomlm.model.convert;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A kind of decoder, under its names in both worlds.
 *
 * <p>Hugging Face rotates the two halves of a head against each other; llama.cpp's {@code llama}
 * rotates neighbours. Converting permutes the rows of q and k so that the same pairs meet. Qwen
 * keeps halves in both.
 */
enum Family {
  LLAMA(
      "llama",
      "llama",
      true,
      "LlamaForCausalLM",
      List.of("LlamaForCausalLM", "LLaMAForCausalLM", "MistralForCausalLM")),
  QWEN2("qwen2", "qwen2", false, "Qwen2ForCausalLM", List.of("Qwen2ForCausalLM")),
  QWEN3("qwen3", "qwen3", false, "Qwen3ForCausalLM", List.of("Qwen3ForCausalLM"));

  private final String gguf;
  private final String modelType;
  private final boolean permuted;
  private final String className;
  private final List<String> classNames;

  Family(
      String gguf, String modelType, boolean permuted, String className, List<String> classNames) {
    this.gguf = gguf;
    this.modelType = modelType;
    this.permuted = permuted;
    this.className = className;
    this.classNames = classNames;
  }

  /** {@code general.architecture}. */
  String gguf() {
    return gguf;
  }

  /** {@code model_type} of a {@code config.json}. */
  String modelType() {
    return modelType;
  }

  /** Whether rows of q and k change places. */
  boolean permuted() {
    return permuted;
  }

  /** {@code architectures} of a {@code config.json} that is written. */
  String className() {
    return className;
  }

  static Optional<Family> ofClass(String className) {
    return Arrays.stream(values()).filter(f -> f.classNames.contains(className)).findFirst();
  }

  static Optional<Family> ofGguf(String architecture) {
    return Arrays.stream(values()).filter(f -> f.gguf.equals(architecture)).findFirst();
  }

  /** For people: what can be converted. */
  static String supported() {
    return "LlamaForCausalLM (Llama 2/3, Yi, SmolLM), MistralForCausalLM, Qwen2ForCausalLM"
        + " (Qwen 1.5/2/2.5) and Qwen3ForCausalLM";
  }

  static String supportedGguf() {
    return Arrays.stream(values()).map(Family::gguf).collect(Collectors.joining(", "));
  }
}
