package org.blossomlm.model.convert;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.blossomlm.model.files.DiskSpace;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.blossomlm.model.tensor.TensorType;
import org.blossomlm.model.tokenizer.TokenizerDocument;

/**
 * Makes a GGUF file from a folder as transformers saves one: {@code config.json}, safetensors and a
 * tokenizer, with chat template, generation defaults and model card where there are some.
 *
 * <p>Every tensor's name, type and shape are checked against the configuration, and the space on
 * the disk, before the first byte is written. The file appears under its name when it is complete
 * and the tokenizer in it was tried out. Memory use does not depend on the model's size.
 */
public final class HuggingFaceConverter {
  /** Room for what is not tensors: the vocabulary is the largest part. */
  private static final long HEADER_ALLOWANCE = 64L << 20;

  private final ConversionOptions options;
  private final DiskSpace space;

  public HuggingFaceConverter(ConversionOptions options) {
    this(options, DiskSpace.OF_FILE_SYSTEM);
  }

  HuggingFaceConverter(ConversionOptions options, DiskSpace space) {
    this.options = options;
    this.space = space;
  }

  /**
   * Converts a folder.
   *
   * @param output a file, which is replaced if it exists, or a folder, in which the file is named
   *     by the convention of GGUF files; where empty, the model's own folder
   * @throws org.blossomlm.model.ModelException if the model cannot be converted or the file cannot
   *     be written; nothing is left behind then
   */
  public Conversion convert(Path folder, Optional<Path> output, ConversionProgress progress) {
    if (!Files.isDirectory(folder)) {
      throw new ConversionException(
          folder + ": is not a folder; give the one with config.json and the weights");
    }
    // First, because the tokenizer is read on another thread meanwhile, and takes longest.
    Background<Optional<TokenizerDocument>> tokenizerJson = TokenizerFiles.startReading(folder);
    JsonDocument config = JsonDocument.read(folder.resolve("config.json"));
    ModelConfig parameters = ModelConfig.of(config);
    List<String> notes = new ArrayList<>(parameters.notes());
    var tokenizer =
        new TokenizerFiles(folder, tokenizerJson, config, parameters.vocabulary(), notes);
    try (SafetensorsModel model = SafetensorsModel.open(folder)) {
      WeightPlan plan = plan(folder, parameters, model, notes);
      GeneralMetadata general = GeneralMetadata.of(folder, config, plan.parameters());
      GgufMetadata metadata = metadata(folder, parameters, plan, general, tokenizer);
      Path target = target(folder, output, general, plan);
      space.require(
          target,
          plan.bytes() + HEADER_ALLOWANCE,
          "write elsewhere with -o, or choose a smaller --type",
          ConversionException::new);
      try {
        write(target, metadata, plan, parameters, tokenizer.trial(metadata), progress);
      } catch (TokenizerFiles.OtherPreTokenizer other) {
        // Seldom, and known before much is written: not worth making every model wait for it.
        GgufMetadata corrected = other.correct(metadata);
        write(target, corrected, plan, parameters, tokenizer.trial(corrected), progress);
      }
      return new Conversion(
          target,
          plan.type().name(),
          plan.entries().size(),
          plan.parameters(),
          plan.bytes(),
          notes);
    } catch (InternalError e) {
      throw new ConversionException(
          folder + ": a file was shortened while it was read; is it being written?", e);
    }
  }

  private WeightPlan plan(
      Path folder, ModelConfig parameters, SafetensorsModel model, List<String> notes) {
    try {
      return WeightPlan.of(parameters, model, options.type(), notes);
    } catch (ConversionException e) {
      throw new ConversionException(folder + ": " + e.getMessage(), e);
    }
  }

  private static GgufMetadata metadata(
      Path folder,
      ModelConfig parameters,
      WeightPlan plan,
      GeneralMetadata general,
      TokenizerFiles tokenizer) {
    GgufMetadata.Builder metadata =
        GgufMetadata.builder().put("general.architecture", parameters.family().gguf());
    general.writeTo(metadata);
    parameters.writeTo(metadata);
    metadata.put("general.file_type", GgufValue.uint32(plan.type().fileType()));
    metadata.put("general.quantization_version", GgufValue.uint32(2));
    tokenizer.writeTo(metadata);
    ChatTemplateFiles.of(folder, tokenizer.tokenizerConfig()).writeTo(metadata);
    return metadata.build();
  }

  private static Path target(
      Path folder, Optional<Path> output, GeneralMetadata general, WeightPlan plan) {
    Path asked = output.orElse(folder);
    return Files.isDirectory(asked)
        ? asked.resolve(general.name().fileName(plan.type().name()))
        : asked;
  }

  private void write(
      Path target,
      GgufMetadata metadata,
      WeightPlan plan,
      ModelConfig parameters,
      Background<Boolean> trial,
      ConversionProgress progress) {
    var writer = new GgufWriter(metadata);
    try (var pipeline = new RowPipeline(options.threads(), plan.bytes(), progress)) {
      if (parameters.scaling() instanceof RotaryScaling.Llama3 llama3) {
        float[] divisors = llama3.divisors(parameters.theta(), parameters.headSize());
        writer.add(
            "rope_freqs.weight",
            TensorType.F32,
            List.of((long) divisors.length),
            out -> out.write(bytes(divisors)));
      }
      for (WeightPlan.Entry entry : plan.entries()) {
        RowEncoder encoder = RowEncoder.of(entry.type());
        writer.add(
            entry.name(),
            entry.type(),
            entry.dimensions(),
            out -> {
              trial.throwIfFailed();
              entry.source().writeTo(out, encoder, pipeline);
            });
      }
      writer.write(target, trial::result);
    }
  }

  private static ByteBuffer bytes(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return bytes;
  }
}
