package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.measure.Perplexity;
import org.blossomlm.engine.measure.PerplexityScore;
import org.blossomlm.engine.measure.TextChunks;
import org.blossomlm.model.convert.ConversionOptions;
import org.blossomlm.model.convert.ConversionProgress;
import org.blossomlm.model.convert.HuggingFaceConverter;
import org.blossomlm.model.convert.HuggingFaceExporter;
import org.blossomlm.model.convert.WeightType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * llama.cpp loads what we convert and continues it as we do. It comes as the npm package
 * node-llama-cpp, looked for in the folder of {@code -Dblossom.peers}, in {@code BLOSSOM_PEERS},
 * and in {@code bench/peers/node_modules}; without it, or without Node.js, these tests skip.
 */
class LlamaCppAgreementTest {
  private static final String SCRIPT =
      """
      const [index, modelPath, count, ...prompt] = process.argv.slice(2);
      const { getLlama } = await import(index);
      const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
      const model = await llama.loadModel({ modelPath });
      const context = await model.createContext({ contextSize: 512, threads: 1 });
      const ids = [];
      for await (const id of context.getSequence().evaluate(prompt.map(Number), { temperature: 0, yieldEogToken: true })) {
        ids.push(id);
        if (ids.length >= Number(count)) break;
      }
      console.log("ANSWER" + JSON.stringify({ ids, text: model.detokenize(ids) }));
      process.exit(0);
      """;

  /** Perplexity as llama.cpp's tool defines it, from the probabilities that llama.cpp computes. */
  private static final String PERPLEXITY =
      """
      const [index, modelPath, contextSize, textFile] = process.argv.slice(2);
      const { readFileSync } = await import("node:fs");
      const { getLlama } = await import(index);
      const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
      const model = await llama.loadModel({ modelPath });
      const size = Number(contextSize);
      const context = await model.createContext({ contextSize: size + 8, threads: 1 });
      const sequence = context.getSequence();
      const tokens = [model.tokens.bos, ...model.tokenize(readFileSync(textFile, "utf8"))];
      const options = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1 };
      let sum = 0, squares = 0, count = 0;
      for (let from = 0; from + size <= tokens.length; from += size) {
        const chunk = tokens.slice(from, from + size);
        chunk[0] = model.tokens.bos;
        await sequence.clearHistory();
        const scored = (i) => i >= size / 2 && i < size - 1;
        const rows = await sequence.controlledEvaluate(chunk.map(
          (token, i) => scored(i) ? [token, { generateNext: { probabilities: true, options } }] : token));
        for (let i = 0; i < size; i++) {
          if (!scored(i)) continue;
          const surprise = -Math.log(rows[i].next.probabilities.get(chunk[i + 1]));
          sum += surprise;
          squares += surprise * surprise;
          count++;
        }
      }
      const mean = sum / count;
      const perplexity = Math.exp(mean);
      const error = Math.sqrt((squares / count - mean * mean) / (count - 1)) * perplexity;
      console.log("ANSWER" + JSON.stringify({ count, perplexity, error }));
      process.exit(0);
      """;

  @TempDir Path temporary;

  private static Path peer() {
    Optional<Path> found =
        Stream.of(
                System.getProperty("blossom.peers", ""),
                System.getenv().getOrDefault("BLOSSOM_PEERS", ""),
                "bench/peers/node_modules",
                "../bench/peers/node_modules")
            .filter(name -> !name.isEmpty())
            .map(name -> Path.of(name, "node-llama-cpp", "dist", "index.js").toAbsolutePath())
            .filter(Files::isRegularFile)
            .findFirst();
    assumeTrue(
        found.isPresent(),
        "skipped: no node-llama-cpp (npm install node-llama-cpp, and -Dblossom.peers=FOLDER)");
    return found.orElseThrow();
  }

  private JsonNode llamaCpp(Path gguf, int count, int... prompt)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(gguf.toString(), "" + count));
    for (int id : prompt) {
      arguments.add("" + id);
    }
    return answer(SCRIPT, arguments);
  }

  private JsonNode answer(String program, List<String> arguments)
      throws IOException, InterruptedException {
    Path index = peer();
    Path script = Files.writeString(temporary.resolve("program.mjs"), program);
    List<String> command =
        new ArrayList<>(List.of("node", script.toString(), index.toUri().toString()));
    command.addAll(arguments);
    Path output = temporary.resolve("output.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: node cannot be started: " + e.getMessage());
      throw e;
    }
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    return said.lines()
        .filter(line -> line.startsWith("ANSWER"))
        .map(line -> JsonMapper.shared().readTree(line.substring("ANSWER".length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("llama.cpp did not load the file: " + said));
  }

  private static Path convert(Path folder, Path target, WeightType type) {
    return new HuggingFaceConverter(ConversionOptions.DEFAULT.withType(type))
        .convert(folder, Optional.of(target), ConversionProgress.NONE)
        .output();
  }

  @Test
  void it_tells_the_same_story_from_a_converted_file() throws Exception {
    peer();
    Path folder = temporary.resolve("hf");
    new HuggingFaceExporter(ConversionOptions.DEFAULT)
        .export(Fixtures.path("stories260k/stories260k-f32.gguf"), folder, ConversionProgress.NONE);
    Path gguf = convert(folder, temporary.resolve("stories.gguf"), WeightType.F32);
    String expected = Files.readString(Fixtures.path("stories260k/expected-greedy-200-tokens.txt"));
    assertThat(llamaCpp(gguf, 200, 1).path("text").stringValue()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void it_continues_as_we_do_in_every_family(ConvertedModelTest.Kind kind) throws Exception {
    peer();
    Path gguf =
        convert(
            kind.model().save(temporary.resolve("hf")),
            temporary.resolve("m.gguf"),
            WeightType.F16);
    int[] prompt = new SplittableRandom(9).ints(12, 3, 259).toArray();
    int count = 24;
    JsonNode answer = llamaCpp(gguf, count, prompt);
    int[] theirs = answer.path("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
    assertThat(theirs).hasSize(count);
    int[] tokens = Arrays.copyOf(prompt, prompt.length + theirs.length);
    System.arraycopy(theirs, 0, tokens, prompt.length, theirs.length);
    var kernels = KernelProvider.choose(Optional.of("scalar")).kernels();
    try (var loaded = new LoadedDecoder(gguf, kernels, 1, false)) {
      float[][] ours = loaded.logits(tokens, 64);
      for (int i = 0; i < theirs.length; i++) {
        float[] logits = ours[prompt.length + i - 1];
        float best = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
          best = Math.max(best, logit);
        }
        // Of two tokens that are equally likely but for rounding either may be taken.
        assertThat(logits[theirs[i]])
            .as("logit of token %d of llama.cpp's text", i)
            .isGreaterThanOrEqualTo(best - 0.01f * Math.abs(best));
      }
    }
  }

  @Test
  void it_finds_the_perplexity_that_we_find() throws Exception {
    peer();
    Path gguf = Fixtures.path("stories260k/stories260k-f32.gguf");
    Path text = Fixtures.path("stories260k/expected-greedy-200-tokens.txt");
    int chunk = 64;
    JsonNode theirs = answer(PERPLEXITY, List.of(gguf.toString(), "" + chunk, text.toString()));
    try (LanguageModel model =
        LanguageModel.load(gguf, LoadOptions.DEFAULT.withContextLength(chunk))) {
      TextChunks chunks = TextChunks.of(model, Files.readString(text), chunk, 0);
      PerplexityScore ours = Perplexity.of(model, chunks, (done, total, estimate) -> {});
      assertThat(chunks.count()).isGreaterThan(1);
      assertThat(ours.tokens()).isEqualTo(theirs.path("count").intValue());
      assertThat(ours.perplexity())
          .isCloseTo(theirs.path("perplexity").doubleValue(), withinPercentage(0.1));
      assertThat(ours.error()).isCloseTo(theirs.path("error").doubleValue(), withinPercentage(1));
    }
  }
}
