package org.blossomlm.model.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.blossomlm.model.files.AtomicFolder;
import org.blossomlm.model.files.DiskSpace;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.Tokenizer;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a folder as transformers saves one from a GGUF file, so that a model of which only that
 * file is left can be fine-tuned. The folder appears when it is complete.
 *
 * <p>With {@link WeightType#AUTO} nothing is lost: F32, F16 and BF16 keep their bits, and quantised
 * blocks become F32, which holds every product of a scale and a small integer exactly; converting a
 * Q8_0 file back with {@code --type q8_0} gives the same blocks.
 */
public final class HuggingFaceExporter {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long SMALL_FILES_ALLOWANCE = 64L << 20;

  private final ConversionOptions options;
  private final DiskSpace space;

  public HuggingFaceExporter(ConversionOptions options) {
    this(options, DiskSpace.OF_FILE_SYSTEM);
  }

  HuggingFaceExporter(ConversionOptions options, DiskSpace space) {
    if (options.type() == WeightType.Q8_0) {
      throw new ConversionException(
          "safetensors have no type Q8_0; allowed are auto, f32, f16 and bf16");
    }
    this.options = options;
    this.space = space;
  }

  /**
   * Converts a file.
   *
   * @param folder must not exist, or be empty
   * @throws org.blossomlm.model.ModelException if the model cannot be converted or the folder
   *     cannot be written; nothing is left behind then
   */
  public Conversion export(Path gguf, Path folder, ConversionProgress progress) {
    requireNew(folder);
    try (GgufFile file = GgufFile.open(gguf)) {
      List<String> notes = new ArrayList<>();
      ModelConfig config = new GgufConfig(file).read();
      ExportPlan plan = ExportPlan.of(file, config, options.type());
      space.require(
          folder,
          plan.bytes() + SMALL_FILES_ALLOWANCE,
          "write elsewhere with -o, or choose a smaller --type",
          ConversionException::new);
      try (AtomicFolder written = AtomicFolder.create(folder);
          var pipeline = new RowPipeline(options.threads(), plan.bytes(), progress)) {
        writeWeights(written.path(), plan, pipeline);
        writeSmallFiles(written.path(), file.metadata(), config, plan, notes);
        written.commit();
      } catch (IOException e) {
        throw new ConversionException(folder + ": cannot be written: " + e, e);
      }
      return new Conversion(
          folder,
          plan.type().toString(),
          plan.entries().size(),
          plan.entries().stream().mapToLong(ExportPlan.Entry::elements).sum(),
          plan.bytes(),
          notes);
    } catch (InternalError e) {
      throw new ConversionException(
          gguf + ": the file was shortened while it was read; is it being written?", e);
    }
  }

  private static void requireNew(Path folder) {
    try {
      if (Files.exists(folder) && !Files.isDirectory(folder)) {
        throw new ConversionException(folder + ": is a file; name a new folder with -o");
      }
      if (Files.exists(folder)) {
        try (Stream<Path> inside = Files.list(folder)) {
          if (inside.findAny().isPresent()) {
            throw new ConversionException(folder + ": is not empty; name a new folder with -o");
          }
        }
      }
    } catch (IOException e) {
      throw new ConversionException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private void writeWeights(Path folder, ExportPlan plan, RowPipeline pipeline) {
    var writer = new SafetensorsWriter(Map.of());
    for (ExportPlan.Entry entry : plan.entries()) {
      writer.add(
          entry.name(),
          entry.type().safetensorsType(),
          entry.shape(),
          out -> entry.writeTo(out, pipeline));
    }
    writer.writeModel(folder, options.maxShardBytes());
  }

  private static void writeSmallFiles(
      Path folder, GgufMetadata metadata, ModelConfig config, ExportPlan plan, List<String> notes)
      throws IOException {
    var tokenizer = new TokenizerJson(metadata);
    Map<String, Integer> special = tokenizer.special();
    Map<String, Object> json =
        GgufConfig.json(config, plan.dtype(), plan.attentionBias(), plan.feedForwardBias());
    Map<String, Object> generation = new LinkedHashMap<>();
    for (String name : List.of("bos", "eos", "pad")) {
      Integer id = special.get(name + "_token");
      if (id != null) {
        json.put(name + "_token_id", id);
        generation.put(name + "_token_id", id);
      }
    }
    sampling(metadata, generation);
    write(folder.resolve("config.json"), json);
    write(folder.resolve("generation_config.json"), generation);
    write(folder.resolve("tokenizer.json"), tokenizer.json());
    var templates = ChatTemplateFiles.of(metadata);
    write(folder.resolve("tokenizer_config.json"), tokenizer.config(config.context(), templates));
    var pieces = tokenizer.sentencePiece();
    if (pieces.isPresent()) {
      Files.write(folder.resolve("tokenizer.model"), pieces.get().toBytes());
    }
    Files.writeString(folder.resolve("README.md"), GeneralMetadata.cardOf(metadata));
    compare(
        Tokenizer.fromGguf(metadata), Tokenizer.fromJson(folder.resolve("tokenizer.json")), notes);
  }

  private static void sampling(GgufMetadata metadata, Map<String, Object> generation) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("temp", "temperature");
    names.put("top_p", "top_p");
    names.put("min_p", "min_p");
    names.put("penalty_repeat", "repetition_penalty");
    names.forEach((key, name) -> {
      OptionalDouble value = metadata.number("general.sampling." + key);
      value.ifPresent(number -> generation.put(name, (float) number));
    });
    metadata.integer("general.sampling.top_k").ifPresent(k -> generation.put("top_k", k));
    if (generation.keySet().stream().anyMatch(List.of("temperature", "top_p", "top_k")::contains)) {
      generation.put("do_sample", true);
    }
  }

  private static void write(Path file, Map<String, Object> json) throws IOException {
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  /** Scores that several pieces share cannot be told as an order of merges. */
  private static void compare(Tokenizer gguf, Tokenizer json, List<String> notes) {
    String sample = KnownPreTokenizer.FINGERPRINT_TEXT;
    int[] expected = gguf.encode(sample);
    int[] found = json.encode(sample);
    if (!Arrays.equals(expected, found)) {
      notes.add(
          "tokenizer.json cannot say exactly what the GGUF file's tokenizer does: "
              + TokenizerFiles.difference(sample, expected, found)
              + "; tokenizer.model can, where there is one");
    }
  }
}
