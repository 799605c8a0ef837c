package org.blossomlm.model.adapter;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.blossomlm.model.safetensors.SafetensorsFile;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as PEFT saves one: a folder with {@code adapter_config.json} and {@code
 * adapter_model.safetensors}, mapped. Modules are named as in the base model, e.g. {@code
 * model.layers.0.self_attn.q_proj}. Tensors must not be used after {@link #close}.
 */
public final class LoraAdapter implements AutoCloseable {
  static final String FILE = "adapter_model.safetensors";

  private static final String PREFIX = "base_model.model.";

  /**
   * A change of one matrix: W becomes W + scale · B · A; with a magnitude, each row of that gets
   * the length that the magnitude says.
   *
   * @param a {@code [rank, columns]}
   * @param b {@code [rows, rank]}
   * @param magnitude {@code [rows]}, of DoRA
   */
  public record LowRank(
      SafetensorsTensor a,
      SafetensorsTensor b,
      Optional<SafetensorsTensor> magnitude,
      double scale) {
    public int rank() {
      return Math.toIntExact(a.shape().getFirst());
    }

    public long columns() {
      return a.shape().getLast();
    }

    public long rows() {
      return b.shape().getFirst();
    }
  }

  /** What a file has of one module. */
  private static final class Parts {
    private @Nullable SafetensorsTensor a;
    private @Nullable SafetensorsTensor b;
    private @Nullable SafetensorsTensor magnitude;
  }

  private final Path folder;
  private final AdapterConfig config;
  private final SafetensorsFile file;
  private final Map<String, LowRank> modules;
  private final Map<String, SafetensorsTensor> replaced;

  private LoraAdapter(Path folder, AdapterConfig config, SafetensorsFile file) {
    this.folder = folder;
    this.config = config;
    this.file = file;
    Map<String, Parts> parts = new TreeMap<>();
    Map<String, SafetensorsTensor> whole = new LinkedHashMap<>();
    file.tensors().values().forEach(tensor -> sort(tensor, parts, whole));
    Map<String, LowRank> complete = new LinkedHashMap<>();
    parts.forEach((module, found) -> complete.put(module, complete(module, found)));
    modules = Collections.unmodifiableMap(complete);
    replaced = Collections.unmodifiableMap(whole);
  }

  /**
   * Opens an adapter.
   *
   * @throws AdapterException if files are missing or are not what a LoRA adapter has
   * @throws org.blossomlm.model.safetensors.SafetensorsException if the tensors are damaged
   */
  public static LoraAdapter open(Path folder) {
    AdapterConfig config = AdapterConfig.read(folder);
    Path tensors = folder.resolve(FILE);
    if (!Files.isRegularFile(tensors)) {
      throw new AdapterException(
          tensors
              + ": there is no such file"
              + (Files.exists(folder.resolve("adapter_model.bin"))
                  ? "; adapter_model.bin may hold any program and is not read: save the adapter as"
                      + " safetensors"
                  : ""));
    }
    SafetensorsFile file = SafetensorsFile.open(tensors);
    try {
      return new LoraAdapter(folder, config, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void sort(
      SafetensorsTensor tensor, Map<String, Parts> parts, Map<String, SafetensorsTensor> whole) {
    String name = tensor.name();
    if (!List.of(SafetensorsType.F32, SafetensorsType.F16, SafetensorsType.BF16)
        .contains(tensor.type())) {
      throw wrong(name, "is of type " + tensor.type() + "; allowed are F32, F16 and BF16");
    }
    // Some writers keep the adapter's name, "default", in the tensor's.
    String plain =
        (name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name).replace(".default", "");
    int lora = plain.indexOf(".lora_");
    if (lora < 0) {
      if (!plain.equals("model.embed_tokens.weight") && !plain.equals("lm_head.weight")) {
        throw wrong(
            name,
            "is a whole tensor; beside low-rank changes only model.embed_tokens.weight and"
                + " lm_head.weight are supported");
      }
      whole.put(plain, tensor);
      return;
    }
    Parts found = parts.computeIfAbsent(plain.substring(0, lora), module -> new Parts());
    switch (plain.substring(lora + 1)) {
      case "lora_A.weight" -> found.a = tensor;
      case "lora_B.weight" -> found.b = tensor;
      case "lora_magnitude_vector", "lora_magnitude_vector.weight" -> found.magnitude = tensor;
      default ->
          throw wrong(
              name, "is not supported; allowed are lora_A, lora_B and lora_magnitude_vector");
    }
  }

  private LowRank complete(String module, Parts found) {
    SafetensorsTensor a = found.a;
    SafetensorsTensor b = found.b;
    if (a == null || b == null) {
      throw wrong(module, "has no " + (a == null ? "lora_A.weight" : "lora_B.weight"));
    }
    if (a.shape().size() != 2
        || b.shape().size() != 2
        || a.shape().getFirst() < 1
        || !a.shape().getFirst().equals(b.shape().getLast())) {
      throw wrong(
          module,
          "has lora_A of shape %s and lora_B of shape %s; they must be [rank, columns] and [rows, rank]"
              .formatted(a.shape(), b.shape()));
    }
    Optional<SafetensorsTensor> magnitude = Optional.ofNullable(found.magnitude);
    if (config.magnitudes() != magnitude.isPresent()) {
      throw wrong(
          module,
          (magnitude.isPresent() ? "has a" : "has no")
              + " lora_magnitude_vector, but use_dora is "
              + config.magnitudes());
    }
    if (magnitude.isPresent() && magnitude.get().elements() != b.shape().getFirst()) {
      throw wrong(
          module,
          "has a lora_magnitude_vector of %d numbers for %d rows"
              .formatted(magnitude.get().elements(), b.shape().getFirst()));
    }
    return new LowRank(a, b, magnitude, config.scale(module, a.shape().getFirst()));
  }

  private AdapterException wrong(String name, String problem) {
    return new AdapterException(folder.resolve(FILE) + ": " + name + " " + problem);
  }

  public Path folder() {
    return folder;
  }

  public AdapterConfig config() {
    return config;
  }

  /** By the names of the changed modules. */
  public Map<String, LowRank> modules() {
    return modules;
  }

  /**
   * Tensors that take the base's place as a whole ({@code modules_to_save}): {@code
   * model.embed_tokens.weight} and {@code lm_head.weight}.
   */
  public Map<String, SafetensorsTensor> replaced() {
    return replaced;
  }

  @Override
  public void close() {
    file.close();
  }
}
