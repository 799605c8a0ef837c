package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.engine.measure.DivergenceReport;
import org.blossomlm.engine.measure.ImportanceCollector;
import org.blossomlm.engine.measure.MeasureProgress;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.PerplexityScore;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.quantize.ImportanceMatrix;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Perplexity, divergence and importance, each against its definition written out. */
class MeasureTest {
  private static final int CONTEXT = 16;
  private static final String TEXT = "and an end 中文 and a hand\nand then and and\n".repeat(6);
  private static final MeasureProgress SILENT = (done, total, estimate) -> {};

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write_a_model() {
    file = TinyModel.write(folder.resolve("model.gguf"), "llama", TensorType.F16, 5);
  }

  @Test
  void perplexity_is_the_exponential_of_the_mean_surprise_of_the_second_halves() {
    try (LanguageModel model = load(file)) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, 3);
      PerplexityScore score = Perplexity.of(model, text, SILENT);

      List<Double> surprises = surprises(model, 3);
      double mean = surprises.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      double square =
          surprises.stream().mapToDouble(surprise -> surprise * surprise).average().orElseThrow();
      double error = Math.sqrt((square - mean * mean) / (surprises.size() - 1));
      assertThat(surprises).hasSize(3 * 7);
      assertThat(score.tokens()).isEqualTo(21);
      assertThat(score.chunks()).isEqualTo(3);
      assertThat(score.perplexity()).isCloseTo(Math.exp(mean), within(1e-9 * Math.exp(mean)));
      assertThat(score.error()).isCloseTo(error * Math.exp(mean), within(1e-6));
    }
  }

  /** Negative log-probabilities, from logits after all tokens of chunks that begin with BOS. */
  private static List<Double> surprises(LanguageModel model, int chunks) {
    int[] all =
        model.tokenizer().encode(MarkedText.data(TEXT.substring(0, TEXT.length() - 1)), true);
    List<Double> surprises = new ArrayList<>();
    try (Session session = model.newSession()) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        int[] tokens = Arrays.copyOfRange(all, chunk * CONTEXT, (chunk + 1) * CONTEXT);
        tokens[0] = model.tokenizer().bos().orElseThrow();
        session.logits(
            tokens,
            (position, logits) -> {
              if (position >= CONTEXT / 2 && position < CONTEXT - 1) {
                double sum = 0;
                for (float logit : logits) {
                  sum += Math.exp(logit);
                }
                surprises.add(Math.log(sum) - logits[tokens[position + 1]]);
              }
            });
      }
    }
    return surprises;
  }

  @Test
  void logits_from_a_position_on_are_those_of_the_whole() {
    try (LanguageModel model = load(file);
        Session session = model.newSession()) {
      int[] tokens = Arrays.copyOf(model.tokenizer().encode(TEXT), 12);
      List<float[]> all = new ArrayList<>();
      session.logits(tokens, (position, logits) -> all.add(logits.clone()));
      for (int first : new int[] {0, 1, 5, 11, 12}) {
        List<Integer> positions = new ArrayList<>();
        session.logits(
            tokens,
            first,
            (position, logits) -> {
              positions.add(position);
              assertThat(logits).isEqualTo(all.get(position));
            });
        assertThat(positions).hasSize(12 - first);
      }
    }
  }

  @Test
  void progress_tells_chunks_and_the_running_estimate() {
    List<Double> estimates = new ArrayList<>();
    try (LanguageModel model = load(file)) {
      PerplexityScore score =
          Perplexity.of(
              model,
              TextChunks.of(model, TEXT, CONTEXT, 2),
              (done, total, estimate) -> {
                estimates.add(estimate);
                assertThat(done).isEqualTo(estimates.size());
                assertThat(total).isEqualTo(2);
              });
      assertThat(estimates).hasSize(2).endsWith(score.perplexity());
    }
  }

  @Test
  void a_text_that_fills_no_chunk_is_refused() {
    try (LanguageModel model = load(file)) {
      assertThatThrownBy(() -> TextChunks.of(model, "a", CONTEXT, 0))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("16")
          .hasMessageContaining("longer text");
    }
  }

  @Test
  void a_model_does_not_diverge_from_itself() {
    Path base = folder.resolve("base.bin");
    try (LanguageModel model = load(file);
        LanguageModel again = load(file)) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, 0);
      PerplexityScore score = Perplexity.writeBase(model, text, base, SILENT);
      assertThat(score).isEqualTo(Perplexity.of(model, text, SILENT));
      assertThat(Perplexity.contextOf(base)).isEqualTo(CONTEXT);

      // A base file keeps 16 bits of each log-probability.
      DivergenceReport stored = Perplexity.compare(model, base, SILENT);
      assertThat(stored.divergence().maximum()).isLessThan(1e-5);
      assertThat(stored.rmsChange()).isLessThan(1e-4);
      assertThat(stored.logRatio()).isCloseTo(0, within(1e-4));

      DivergenceReport direct = Perplexity.compare(model, again, text, SILENT);
      assertThat(direct.divergence().maximum()).isLessThan(1e-6);
      assertThat(direct.sameTop()).isEqualTo(1);
      assertThat(direct.model().perplexity()).isCloseTo(score.perplexity(), within(1e-3));
    }
  }

  @Test
  void divergence_is_the_sum_over_the_vocabulary() {
    Path other = TinyModel.write(folder.resolve("other.gguf"), "llama", TensorType.Q8_0, 6);
    try (LanguageModel reference = load(file);
        LanguageModel model = load(other)) {
      TextChunks text = TextChunks.of(reference, TEXT, CONTEXT, 1);
      DivergenceReport report = Perplexity.compare(reference, model, text, SILENT);

      int[] tokens = text.chunk(0);
      List<double[]> p = probabilities(reference, tokens);
      List<double[]> q = probabilities(model, tokens);
      double divergence = 0;
      double squaredChange = 0;
      int same = 0;
      int count = 0;
      for (int position = CONTEXT / 2; position < CONTEXT - 1; position++) {
        double[] before = p.get(position);
        double[] after = q.get(position);
        for (int i = 0; i < before.length; i++) {
          divergence += before[i] * Math.log(before[i] / after[i]);
        }
        int next = tokens[position + 1];
        squaredChange += Math.pow(after[next] - before[next], 2);
        same += best(before) == best(after) ? 1 : 0;
        count++;
      }
      assertThat(report.divergence().mean()).isCloseTo(divergence / count, within(1e-3));
      assertThat(report.rmsChange()).isCloseTo(Math.sqrt(squaredChange / count), within(1e-6));
      assertThat(report.sameTop()).isCloseTo((double) same / count, within(1e-12));
      assertThat(report.divergence().median())
          .isBetween(report.divergence().minimum(), report.divergence().maximum());
      Path base = folder.resolve("base.bin");
      Perplexity.writeBase(reference, text, base, SILENT);
      assertThat(Perplexity.compare(model, base, SILENT).divergence().mean())
          .isCloseTo(report.divergence().mean(), within(1e-3));
    }
  }

  private static List<double[]> probabilities(LanguageModel model, int[] tokens) {
    List<double[]> rows = new ArrayList<>();
    try (Session session = model.newSession()) {
      session.logits(
          tokens,
          (position, logits) -> {
            double sum = 0;
            for (float logit : logits) {
              sum += Math.exp(logit);
            }
            double[] row = new double[logits.length];
            for (int i = 0; i < row.length; i++) {
              row[i] = Math.exp(logits[i]) / sum;
            }
            rows.add(row);
          });
    }
    return rows;
  }

  private static int best(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  @Test
  void damaged_base_files_are_refused() throws IOException {
    Path base = folder.resolve("base.bin");
    try (LanguageModel model = load(file)) {
      Perplexity.writeBase(model, TextChunks.of(model, TEXT, CONTEXT, 2), base, SILENT);
      byte[] bytes = Files.readAllBytes(base);
      for (int length : new int[] {0, 7, 19, 100, bytes.length - 1}) {
        Files.write(base, Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> Perplexity.compare(model, base, SILENT))
            .as("%d bytes", length)
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("base.bin");
      }
      byte[] foreign = bytes.clone();
      ByteBuffer.wrap(foreign).order(ByteOrder.LITTLE_ENDIAN).putInt(20, 1 << 20);
      Files.write(base, foreign);
      assertThatThrownBy(() -> Perplexity.compare(model, base, SILENT))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("outside the vocabulary");
      byte[] noNumbers = bytes.clone();
      int firstRow = 20 + 4 * 2 * CONTEXT;
      ByteBuffer.wrap(noNumbers).order(ByteOrder.LITTLE_ENDIAN).putFloat(firstRow, Float.NaN);
      Files.write(base, noNumbers);
      assertThatThrownBy(() -> Perplexity.compare(model, base, SILENT))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("in steps of NaN");
      assertThatThrownBy(() -> Perplexity.compare(model, folder.resolve("none"), SILENT))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("no such file");
    }
  }

  @Test
  void a_base_file_that_was_not_finished_does_not_appear() throws IOException {
    Path base = folder.resolve("base.bin");
    try (LanguageModel model = load(file)) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, 3);
      assertThatThrownBy(() ->
              Perplexity.writeBase(
                  model,
                  text,
                  base,
                  (done, total, estimate) -> {
                    throw new IllegalStateException("stopped");
                  }))
          .hasMessage("stopped");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  /** The inputs of the first layer can be computed by hand. */
  @Test
  void importance_is_the_sum_of_squared_inputs() {
    var collector = new ImportanceCollector(false);
    try (LanguageModel model = LanguageModel.load(file, collector.observing(options()))) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, 2);
      collector.read(model, text, 0, (done, total) -> {});
      ImportanceMatrix matrix = collector.matrix(model, Path.of("folder/text.txt"), text, 2);

      double[] expected = new double[64];
      Tensor embeddings = model.file().requireTensor("token_embd.weight");
      float[] norm = row(model.file().requireTensor("blk.0.attn_norm.weight"), 0);
      for (int chunk = 0; chunk < 2; chunk++) {
        for (int token : text.chunk(chunk)) {
          float[] x = row(embeddings, token);
          double mean = 1e-5;
          for (float value : x) {
            mean += (double) value * value / x.length;
          }
          for (int i = 0; i < x.length; i++) {
            expected[i] += Math.pow(x[i] / Math.sqrt(mean) * norm[i], 2);
          }
        }
      }
      for (String role : List.of("attn_q", "attn_k", "attn_v")) {
        ImportanceMatrix.Entry entry = entry(matrix, "blk.0." + role + ".weight");
        assertThat(entry.counts()).containsExactly(2 * CONTEXT);
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) entry.sums()[i])
              .isCloseTo(expected[i], within(1e-4 * expected[i] + 1e-9));
        }
      }
      assertThat(matrix.entries().keySet())
          .hasSize(14)
          .noneMatch(name -> name.contains("output.w") && !name.startsWith("blk"));
      assertThat(entry(matrix, "blk.1.ffn_down.weight").columns()).isEqualTo(96);
      assertThat(matrix.datasets()).containsExactly("text.txt");
    }
  }

  @Test
  void the_output_is_observed_if_asked() {
    var collector = new ImportanceCollector(true);
    try (LanguageModel model = LanguageModel.load(file, collector.observing(options()))) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, 1);
      collector.read(model, text, 0, (done, total) -> {});
      ImportanceMatrix matrix = collector.matrix(model, Path.of("text.txt"), text, 1);
      assertThat(entry(matrix, "output.weight").counts()).containsExactly(CONTEXT);
    }
  }

  @Test
  void a_resumed_run_equals_an_uninterrupted_one() {
    ImportanceMatrix whole = collected(Optional.empty(), 0, 4);
    ImportanceMatrix half = collected(Optional.empty(), 0, 2);
    ImportanceMatrix resumed = collected(Optional.of(half), 2, 4);
    assertThat(resumed.entries().keySet()).isEqualTo(whole.entries().keySet());
    whole
        .entries()
        .forEach((name, entry) -> {
          ImportanceMatrix.Entry other = entry(resumed, name);
          assertThat(other.counts()).isEqualTo(entry.counts());
          for (int i = 0; i < entry.sums().length; i++) {
            // Between the runs the sums were rounded to single precision.
            assertThat(other.sums()[i])
                .isCloseTo(entry.sums()[i], within(1e-6f * entry.sums()[i] + 1e-30f));
          }
        });
  }

  private ImportanceMatrix collected(Optional<ImportanceMatrix> before, int first, int chunks) {
    var collector = new ImportanceCollector(false);
    before.ifPresent(collector::resume);
    try (LanguageModel model = LanguageModel.load(file, collector.observing(options()))) {
      TextChunks text = TextChunks.of(model, TEXT, CONTEXT, chunks);
      collector.read(model, text, first, (done, total) -> {});
      return collector.matrix(model, Path.of("text.txt"), text, chunks);
    }
  }

  /** A real model knows its own kind of text: far fewer guesses than there are tokens. */
  @Test
  void a_trained_model_is_hardly_surprised() throws IOException {
    Path stories = Fixtures.path("stories260k/stories260k-f32.gguf");
    String story =
        Files.readString(Fixtures.path("stories260k/expected-greedy-200-tokens.txt")).repeat(2);
    try (LanguageModel model =
        LanguageModel.load(stories, LoadOptions.DEFAULT.withContextLength(128))) {
      PerplexityScore score = Perplexity.of(model, TextChunks.of(model, story, 128, 0), SILENT);
      assertThat(score.perplexity()).isBetween(1.5, 12.0);
    }
  }

  private static LoadOptions options() {
    return LoadOptions.DEFAULT.withContextLength(CONTEXT).withThreads(2);
  }

  private static LanguageModel load(Path path) {
    return LanguageModel.load(path, options());
  }

  private static float[] row(Tensor tensor, int index) {
    float[] row = new float[(int) tensor.columns()];
    Dequantizer.dequantize(
        tensor.type(), tensor.data(), index * tensor.rowBytes(), row.length, row, 0);
    return row;
  }

  private static ImportanceMatrix.Entry entry(ImportanceMatrix matrix, String name) {
    return Objects.requireNonNull(matrix.entry(name), name);
  }
}
