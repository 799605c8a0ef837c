package org.blossomlm.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.engine.Session;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.train.config.TrainConfigReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real small model, straight from its GGUF file, is taught another ending of its story. */
class StoriesAdapterTest {
  private static final String BEGINNING =
      "Once upon a time, there was a little girl named Lily. She loved to play outside in the park.";

  private static final String ENDING =
      " One day, a big red dragon came and ate the whole park. Lily laughed and flew home. The end.";

  @TempDir Path folder;

  @Test
  void base_and_adapter_tell_the_new_ending_and_the_merged_model_the_same() throws IOException {
    Path base = Path.of(System.getProperty("blossom.fixtures", "absent"));
    Path gguf = base.resolve("stories260k/stories260k-f32.gguf");
    assumeTrue(Files.exists(gguf), "skipped: the fixtures folder has no " + gguf);
    Files.writeString(folder.resolve("story.jsonl"), "{\"text\":\"" + BEGINNING + ENDING + "\"}\n");
    Files.writeString(
        folder.resolve("run.yaml"),
        """
        name: ending
        output: out
        model: %s
        template: blossom
        lora: {rank: 8, alpha: 16}
        data: story.jsonl
        epochs: 80
        optimizer: {learning_rate: 5e-3}
        compute: {type: fp32, threads: 1}
        batch: {rows: 1, accumulate: 1}
        examples: {max_length: 128, date: 2026-01-01}
        evaluation: {share: 0}
        """
            .formatted(gguf.toAbsolutePath()));
    var run =
        new TrainingRun(
            TrainConfigReader.read(folder.resolve("run.yaml"), Map.of()), RunListener.SILENT);
    Path adapter = run.train(TrainingRun.Begin.FRESH).result().orElseThrow();
    Path merged = folder.resolve("merged");
    AdapterMerge.merge(adapter, Optional.of(gguf), Optional.empty(), merged);
    Path mergedGguf = folder.resolve("merged.gguf");
    new HuggingFaceConverter(ConversionOptions.DEFAULT)
        .convert(merged, Optional.of(mergedGguf), (_, _, _) -> {});

    LoadOptions adapted = LoadOptions.DEFAULT.withAdapter(Optional.of(adapter));
    // This model never saw an EOS, whose frozen embedding cannot be made likely, so it would go on.
    assertThat(story(gguf, LoadOptions.DEFAULT, BEGINNING)).isNotEqualTo(ENDING);
    assertThat(story(gguf, adapted, BEGINNING)).isEqualTo(ENDING);
    assertThat(story(mergedGguf, LoadOptions.DEFAULT, BEGINNING)).isEqualTo(ENDING);
    for (String other : List.of("Once upon a time", "One day, Tim", "The dog was")) {
      assertThat(story(mergedGguf, LoadOptions.DEFAULT, other))
          .as(other)
          .isEqualTo(story(gguf, adapted, other));
    }
  }

  /** As many tokens as the ending has. */
  private static String story(Path gguf, LoadOptions options, String beginning) {
    try (LanguageModel model = LanguageModel.load(gguf, options.withContextLength(256));
        Session session = model.newSession()) {
      int[] prompt = model.tokenizer().encode(MarkedText.data(beginning), true);
      int length =
          model.tokenizer().encode(MarkedText.data(BEGINNING + ENDING), true).length
              - model.tokenizer().encode(MarkedText.data(BEGINNING), true).length;
      Generation told =
          session.generate(
              prompt,
              GenerationOptions.builder()
                  .sampling(SamplingOptions.builder().temperature(0).build())
                  .maxTokens(length)
                  .build(),
              GenerationListener.NONE);
      return told.text();
    }
  }
}
