package org.blossomlm.data.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;

/** A recipe in which everything happens, and what its runs left. */
final class RunFixture {
  static final String EVERYTHING =
      """
      name: everything
      seed: 7
      parameters:
        millis: 0
      sources:
        numbers:
          file: numbers.jsonl
        few:
          file: numbers.jsonl
          sample: 0.2
          metadata: {few: true}
      branches:
        first:
          from: [numbers, few]
          steps:
            - slowly: {millis: "${millis}"}
            - fail_on: {word: "number 77,"}
            - length_filter: {max: 33}
            - dice
            - twice:
              when: {dice: [1, 2]}
        unlike:
          from: first
          steps:
            - unique
            - shuffle
            - slowly: {millis: "${millis}"}
            - shout:
                mark: "。"
        odd:
          from: {unlike: 0.5}
          when: {parity: odd}
          steps:
            - dice
      sinks:
        - file: all.jsonl
          from: [unlike, odd]
        - file: lineage.jsonl
          from: odd
          when: {dice: [4, 5, 6]}
          lineage: true
      """;

  private RunFixture() {}

  static void writeRecords(Path file, List<DataRecord> records) throws IOException {
    StringBuilder lines = new StringBuilder();
    records.forEach(
        record -> lines.append(new String(RecordLine.of(record), StandardCharsets.UTF_8)));
    Files.writeString(file, lines);
  }

  static Recipe everything(Path folder, Map<String, String> parameters) {
    return RecipeFile.parse(
        EVERYTHING, "everything.yaml", folder, parameters, SmallOperators.catalog());
  }

  /**
   * The bytes of everything in the folder of a run that must not depend on how it went: outputs,
   * dropped and failed records, the plan.
   */
  static Map<String, String> results(Path run) throws IOException {
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = run.relativize(file).toString();
        if (!List.of("run.log", "metrics.json", "checkpoint.json", "lock", "report.html")
            .contains(name)) {
          results.put(name, Files.readString(file));
        }
      }
    }
    return results;
  }

  /** What steps did, without what depends on the machine. */
  static List<String> counts(RunResult result) {
    return result.steps().stream()
        .map(step ->
            "%s in %d out %d failed %d dropped %s counts %s"
                .formatted(
                    step.name(),
                    step.in(),
                    step.out(),
                    step.failed(),
                    step.dropped(),
                    step.counts()))
        .toList();
  }
}
