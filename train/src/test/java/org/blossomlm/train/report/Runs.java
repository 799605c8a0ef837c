package org.blossomlm.train.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.blossomlm.train.example.ExampleNote;

/** A run folder as a run of 400 steps leaves it, with what must be escaped in every text. */
final class Runs {
  static final String HOSTILE = "<script>alert(1)</script> & \"'{{body}}";

  private Runs() {}

  static Path example(Path folder) throws IOException {
    var files = new RunFiles(folder);
    files.writeConfiguration("name: example\n# " + HOSTILE + "\n");
    files.writeFacts(
        new RunFacts(
            "example 示例",
            Instant.parse("2026-11-25T10:00:00Z"),
            Duration.ofSeconds(5025),
            400,
            Optional.of("ALL_STEPS")));
    files.writeData(
        List.of(
            new DataSummary(
                "", "gsm8k", 1, 7473, 7301, 1_503_211, 902_334, Map.of(ExampleNote.CUT, 51L)),
            new DataSummary(
                "",
                "kdconv " + HOSTILE,
                0.1,
                4500,
                4450,
                2_103_000,
                801_000,
                Map.of(ExampleNote.TOO_LONG, 5L, ExampleNote.CUT, 380L))));
    files.writeMachine(
        new Machine(
            "AMD EPYC 9R14 " + HOSTILE,
            2,
            24_000_000_000L,
            "Linux 6.1 amd64",
            "25.0.1 Temurin",
            "cpu",
            "2.10.0",
            "MKL with GNU's OpenMP",
            201,
            398));
    for (int step = 100; step <= 400; step += 100) {
      files.addSample(new SampleAnswer(step, "1+1=? " + HOSTILE, "step " + step + "\n" + HOSTILE));
      files.addSample(new SampleAnswer(step, "中国的首都是哪里？", step < 200 ? "的的的的" : "中国的首都是北京。"));
    }
    Files.writeString(folder.resolve("metrics.jsonl"), metrics());
    for (int step : new int[] {200, 300, 400}) {
      Path checkpoint =
          Files.createDirectories(folder.resolve("checkpoints/step-%08d".formatted(step)));
      Files.writeString(checkpoint.resolve("state.json"), "{\"best_step\":300}");
      Files.write(checkpoint.resolve("weights.safetensors"), new byte[2_000_000]);
    }
    return folder;
  }

  private static String metrics() {
    var random = new Random(7);
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= 400; step++) {
      double loss = 1.2 + 2.6 * Math.exp(-step / 80.0) + 0.18 * random.nextGaussian();
      double rate = 2e-4 * (step < 20 ? step / 20.0 : 0.55 + 0.45 * Math.cos(Math.PI * step / 400));
      double norm = Math.exp(0.35 * random.nextGaussian()) * (step % 97 == 0 ? 40 : 1);
      double seconds = 2.1 + 0.2 * random.nextDouble();
      boolean odd = step == 150;
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"step\":%d,\"loss\":%s,\"learning_rate\":%s,\"grad_norm\":%s,\"tokens\":2048,"
                  + "\"learnt_tokens\":900,\"seconds\":%s,\"tokens_per_second\":%s%s}%n",
              step,
              odd ? "\"NaN\"" : loss,
              rate,
              norm,
              seconds,
              2048 / seconds,
              odd ? ",\"verdict\":\"SKIPPED\"" : ""));
      if (step % 50 == 0) {
        double evaluation = 1.35 + 2.4 * Math.exp(-step / 80.0) + (step > 300 ? 0.05 : 0);
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"step\":%d,\"eval_loss\":%s,\"eval_perplexity\":%s,\"eval_tokens\":9000}%n",
                step,
                evaluation,
                Math.exp(evaluation)));
      }
    }
    return lines.toString();
  }
}
