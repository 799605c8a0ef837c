package org.blossomlm.train.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.AtomicFolder;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.model.safetensors.SafetensorsFile;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.nn.LoraOptions;
import org.blossomlm.train.nn.Method;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Adapters as PEFT saves them: {@code adapter_config.json} and {@code adapter_model.safetensors},
 * whose tensors are called {@code base_model.model.} and then as in the model. Matrices that were
 * trained whole lie among them, as PEFT's {@code modules_to_save} do.
 */
public final class AdapterFolder {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  /** In the metadata of the weights: how the base was held while the adapter was trained. */
  private static final String QUANTIZATION = "base_quantization";

  private static final String NF4 = "nf4";
  private static final JsonMapper JSON = new JsonMapper();

  private AdapterFolder() {}

  /**
   * Writes the adapters of a model; the folder appears when it is complete.
   *
   * @param baseModel name or path of the base, for whoever loads the adapter
   * @param folder must not exist, or be empty
   */
  public static void write(TrainingModel model, String baseModel, Path folder) {
    write(model, baseModel, folder, _ -> {});
  }

  /**
   * As {@link #write(TrainingModel, String, Path)}.
   *
   * @param more is given the folder to put further files into, before it appears
   */
  public static void write(
      TrainingModel model, String baseModel, Path folder, Consumer<Path> more) {
    if (!(model.method() instanceof Method.Adapters adapters)) {
      throw new IllegalArgumentException("a model that is trained whole has no adapters");
    }
    try (AtomicFolder written = AtomicFolder.create(folder)) {
      AtomicFile.write(
          written.path().resolve(CONFIG),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config(adapters, baseModel)),
          TrainException::new);
      var writer =
          new SafetensorsWriter(adapters.quantized() ? Map.of(QUANTIZATION, NF4) : Map.of());
      model
          .parameters()
          .tensors()
          .forEach((name, tensor) ->
              writer.add(
                  PREFIX + name,
                  TensorData.safetensorsType(tensor),
                  LongStream.range(0, tensor.dim()).map(tensor::size).boxed().toList(),
                  out -> TensorData.writeTo(tensor, out)));
      writer.write(written.path().resolve(WEIGHTS));
      more.accept(written.path());
      written.commit();
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> config(Method.Adapters adapters, String baseModel) {
    LoraOptions lora = adapters.lora();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("peft_type", "LORA");
    config.put("task_type", "CAUSAL_LM");
    config.put("base_model_name_or_path", baseModel);
    config.put("inference_mode", true);
    config.put("r", lora.rank());
    config.put("lora_alpha", lora.alpha());
    config.put("lora_dropout", lora.dropout());
    config.put("target_modules", List.copyOf(new TreeSet<>(lora.targets())));
    config.put(
        "modules_to_save",
        adapters.alsoTrained().isEmpty()
            ? null
            : List.copyOf(new TreeSet<>(adapters.alsoTrained())));
    config.put("use_rslora", lora.rankStabilized());
    config.put("use_dora", lora.decomposed());
    config.put("bias", "none");
    config.put("fan_in_fan_out", false);
    config.put("init_lora_weights", true);
    return config;
  }

  /** What the adapters of a folder were trained on, as whoever trained them called it. */
  public static String baseModel(Path folder) {
    return config(folder).path("base_model_name_or_path").stringValue("");
  }

  /**
   * How the adapters of a folder were trained.
   *
   * @throws TrainException if they are none that this program trains
   */
  public static Method.Adapters method(Path folder) {
    JsonNode config = config(folder);
    String type = config.path("peft_type").stringValue("");
    if (!type.equals("LORA") || !config.path("bias").stringValue("none").equals("none")) {
      throw new TrainException(
          "%s: has adapters of type '%s' with bias '%s'; LORA with bias none is supported"
              .formatted(folder.resolve(CONFIG), type, config.path("bias").stringValue("none")));
    }
    int rank = config.path("r").intValue(0);
    var lora =
        new LoraOptions(
            rank,
            config.path("lora_alpha").doubleValue(rank),
            config.path("lora_dropout").doubleValue(0),
            strings(config.path("target_modules")),
            config.path("use_rslora").booleanValue(false),
            config.path("use_dora").booleanValue(false));
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
      return new Method.Adapters(
          lora,
          NF4.equals(file.metadata().get(QUANTIZATION)),
          strings(config.path("modules_to_save")));
    }
  }

  private static Set<String> strings(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).collect(Collectors.toSet());
  }

  private static JsonNode config(Path folder) {
    try {
      return JsonTree.read(Files.readAllBytes(folder.resolve(CONFIG)));
    } catch (IOException | JacksonException e) {
      throw new TrainException(folder.resolve(CONFIG) + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Gives a model the adapters of a folder.
   *
   * @param model made with the {@link #method} of the folder
   * @throws TrainException if the folder lacks a tensor, or has one that the model does not
   */
  public static void read(Path folder, TrainingModel model) {
    Path path = folder.resolve(WEIGHTS);
    try (SafetensorsFile file = SafetensorsFile.open(path);
        var _ = new NoGradGuard();
        var _ = new Scope()) {
      Set<String> unknown = new TreeSet<>(file.tensors().keySet());
      model
          .parameters()
          .tensors()
          .forEach((name, parameter) -> {
            SafetensorsTensor found = file.tensors().get(PREFIX + name);
            if (found == null) {
              throw new TrainException("%s: has no tensor %s".formatted(path, PREFIX + name));
            }
            unknown.remove(found.name());
            Tensor value =
                TensorData.view(
                    found.data(),
                    TensorData.scalarType(found.type()),
                    found.shape().stream().mapToLong(Long::longValue).toArray());
            if (!value.is_same_size(parameter)) {
              throw new TrainException(
                  "%s: tensor %s has the shape %s, which is not that of this base"
                      .formatted(path, found.name(), found.shape()));
            }
            parameter.copy_(value);
          });
      if (!unknown.isEmpty()) {
        throw new TrainException(
            "%s: has tensors that have no place in this model: %s".formatted(path, unknown));
      }
    }
  }
}
