package org.blossomlm.train.run;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.QuantizeOptions;
import org.blossomlm.model.quantize.Quantizer;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.example.Example;
import org.blossomlm.train.example.ExampleBuilder;

/** GGUF files of the result, in which prompts are the ones that were learnt, token by token. */
final class GgufFiles {
  private static final int COMPARED_RECORDS = 20;

  private final TrainConfig config;
  private final ExampleBuilder builder;
  private final LocalDateTime now;

  /**
   * @param builder that made the samples
   */
  GgufFiles(TrainConfig config, ExampleBuilder builder, LocalDateTime now) {
    this.config = config;
    this.builder = builder;
    this.now = now;
  }

  /**
   * The types that a configuration asks for.
   *
   * @throws TrainException if there is no such type
   */
  static List<Recipe> types(TrainConfig config) {
    return config.gguf().stream()
        .map(name ->
            Recipe.find(name)
                .orElseThrow(() ->
                    new TrainException(
                        "export.gguf: there is no type %s; allowed: %s"
                            .formatted(
                                name,
                                Arrays.stream(Recipe.values())
                                    .map(Recipe::name)
                                    .collect(Collectors.joining(", "))))))
        .toList();
  }

  /**
   * Writes {@code NAME-TYPE.gguf} for every type.
   *
   * @param model a Hugging Face folder
   */
  List<Path> write(Path model, RunListener listener) {
    Path whole = config.output().resolve("." + config.name() + ".gguf");
    List<Path> files = new ArrayList<>();
    try {
      listener.writing(whole.toString());
      new HuggingFaceConverter(ConversionOptions.DEFAULT)
          .convert(model, Optional.of(whole), (_, _, _) -> {});
      try (GgufFile source = GgufFile.open(whole)) {
        compare(source);
        for (Recipe type : types(config)) {
          Path target = config.output().resolve(config.name() + "-" + type + ".gguf");
          listener.writing(target.toString());
          files.addAll(
              new Quantizer(source, QuantizeOptions.of(type)).write(target, (_, _, _) -> {}));
        }
      }
      return files;
    } finally {
      RunFolder.remove(whole);
    }
  }

  /** Makes samples with what the file has, and compares. */
  private void compare(GgufFile file) {
    Tokenizer tokenizer = Tokenizer.fromGguf(file.metadata());
    ChatTemplate template =
        ChatTemplates.find(file.metadata())
            .orElseThrow(() -> new TrainException("the GGUF file would have no chat template"));
    var inUse = new ExampleBuilder(tokenizer, template, config.examples(), now);
    for (TrainConfig.Stage stage : config.stages()) {
      for (TrainConfig.Data data : stage.data()) {
        try (RecordReader records = data.source().open(false)) {
          for (int i = 0; i < COMPARED_RECORDS; i++) {
            Optional<DataRecord> record = records.next();
            if (record.isEmpty()) {
              break;
            }
            requireSame(record.get(), inUse);
          }
        }
      }
    }
  }

  private void requireSame(DataRecord record, ExampleBuilder inUse) {
    List<int[]> learnt = tokens(builder, record);
    List<int[]> used = tokens(inUse, record);
    boolean same = learnt.size() == used.size();
    for (int i = 0; same && i < learnt.size(); i++) {
      same = Arrays.equals(learnt.get(i), used.get(i));
    }
    if (!same) {
      throw new TrainException(
          "%s: the GGUF file would make other tokens of this record than were learnt, so its"
                  .formatted(record.id())
              + " answers would be worse; nothing was written. The model itself is complete");
    }
  }

  private static List<int[]> tokens(ExampleBuilder builder, DataRecord record) {
    return builder.build(record).examples().stream().map(Example::tokens).toList();
  }
}
