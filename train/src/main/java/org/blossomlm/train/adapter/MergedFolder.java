package org.blossomlm.train.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.model.convert.HuggingFaceExporter;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.AtomicFolder;
import org.blossomlm.model.files.FileTree;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.nn.TrainingModel;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A trained model as a Hugging Face folder: every weight with its adapter folded in, and the base's
 * configuration, tokenizer and template. Tied embeddings stay tied, and there is one tensor for
 * both. A base that was held in 4 bits is written as the adapters saw it, dequantised: on the
 * original numbers they would be off.
 */
public final class MergedFolder {
  private static final JsonMapper JSON = new JsonMapper();

  private MergedFolder() {}

  /**
   * Writes a model; the folder appears when it is complete.
   *
   * @param base the Hugging Face folder or GGUF file that the model was opened from
   * @param format of matrices; where empty the base's, and float32 where that would round a base of
   *     4 bits
   * @param folder must not exist, or be empty
   */
  public static void write(
      TrainingModel model, Path base, Optional<SafetensorsType> format, Path folder) {
    write(model, base, format, folder, _ -> {});
  }

  /**
   * As {@link #write(TrainingModel, Path, Optional, Path)}.
   *
   * @param more is given the folder to change its small files, before it appears
   */
  public static void write(
      TrainingModel model,
      Path base,
      Optional<SafetensorsType> format,
      Path folder,
      Consumer<Path> more) {
    try (AtomicFolder written = AtomicFolder.create(folder)) {
      if (Files.isDirectory(base)) {
        copyAllButWeights(base, written.path());
      } else {
        Path exported = written.path().resolve("exported");
        new HuggingFaceExporter(ConversionOptions.DEFAULT).export(base, exported, (_, _, _) -> {});
        copyAllButWeights(exported, written.path());
        FileTree.delete(exported);
      }
      SafetensorsType type = writeWeights(model, format, written.path());
      setType(written.path().resolve("config.json"), type);
      more.accept(written.path());
      written.commit();
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static void copyAllButWeights(Path from, Path to) throws IOException {
    try (Stream<Path> inside = Files.list(from)) {
      for (Path file : inside.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        boolean weights =
            name.endsWith(".safetensors")
                || name.endsWith(".index.json")
                || name.endsWith(".bin")
                || name.endsWith(".pth")
                || name.endsWith(".gguf");
        if (!weights && !name.startsWith(".")) {
          Files.copy(file, to.resolve(name));
        }
      }
    }
  }

  /** The format of most matrices, which {@code config.json} has to name. */
  private static SafetensorsType writeWeights(
      TrainingModel model, Optional<SafetensorsType> format, Path folder) {
    var writer = new SafetensorsWriter(Map.of());
    SafetensorsType common = SafetensorsType.F32;
    for (Place place : model.definition().places()) {
      if (model.has(place)) {
        boolean matrix = place.shape().size() > 1;
        SafetensorsType type =
            matrix && format.isPresent()
                ? format.get()
                : TensorData.safetensorsType(model.baseFormat(place));
        common = place.huggingFace().endsWith(".q_proj.weight") ? type : common;
        writer.add(
            place.huggingFace(),
            type,
            place.shape(),
            out -> {
              try (var _ = new NoGradGuard();
                  var _ = new Scope()) {
                Tensor merged = model.merged(place);
                if (merged == null) {
                  throw new IllegalStateException(place.huggingFace() + " is gone");
                }
                ScalarType scalar = TensorData.scalarType(type);
                TensorData.writeTo(merged.to(scalar), out);
              }
            });
      }
    }
    writer.writeModel(folder, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    return common;
  }

  private static void setType(Path config, SafetensorsType type) throws IOException {
    String name =
        switch (type) {
          case F16 -> "float16";
          case BF16 -> "bfloat16";
          default -> "float32";
        };
    JsonNode json = JsonTree.read(Files.readAllBytes(config));
    if (json instanceof ObjectNode object) {
      // transformers 5 calls it dtype.
      object.put(object.has("dtype") ? "dtype" : "torch_dtype", name);
    }
    AtomicFile.write(
        config, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json), TrainException::new);
  }
}
