package org.blossomlm.data.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.data.operator.OperatorCatalog;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.recipe.RecipeFile;
import org.blossomlm.data.teacher.Budget;
import org.blossomlm.data.teacher.CallCache;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Estimate;
import org.blossomlm.data.teacher.FakeTeacherServer;
import org.blossomlm.data.teacher.FakeTeacherServer.Reply;
import org.blossomlm.data.teacher.InstantTeacher;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;

/**
 * How many records a second go through a run in which a teacher answers at once: read, asked about,
 * the answer on the disk before it is used, journal and sink written. Run by hand, not a test:
 * {@code RunSpeed [RECORDS [WORKERS]]}.
 */
public final class RunSpeed {
  private static final String RECIPE =
      """
      name: speed
      teachers:
        writer: {model: m, base_url: "BASE", price: free, concurrency: 64}
      sources: {texts: {file: texts.jsonl}}
      branches:
        b: {from: texts, steps: [{answer: {teacher: writer}}]}
      sinks: [{file: out.jsonl, from: b}]
      """;

  private RunSpeed() {}

  public static void main(String[] arguments) throws Exception {
    int records = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50_000;
    int workers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
    Path folder = Files.createTempDirectory("run-speed");
    try {
      write(folder.resolve("texts.jsonl"), records);
      String answer = "An answer of a usual length. ".repeat(40);
      Reply reply = Reply.text(answer);
      Recipe instant = recipe(folder, "http://localhost/v1");
      TeacherPool.Opener local = (recipe, run, spent) -> new Instant(answer, run);
      for (int round = 1; round <= 3; round++) {
        Path run = folder.resolve("instant-" + round);
        measure("teacher in this process", instant, RunOptions.in(run).with(local), workers);
      }
      try (FakeTeacherServer server = FakeTeacherServer.start().withoutRecording()) {
        server.answer(call -> reply);
        Recipe http = recipe(folder, server.base().toString());
        Path last = folder;
        for (int round = 1; round <= 3; round++) {
          last = folder.resolve("http-" + round);
          measure("teacher over HTTP", http, RunOptions.in(last), workers);
        }
        var cache = Optional.of(last.resolve("calls.db"));
        for (int round = 1; round <= 2; round++) {
          var options =
              RunOptions.in(folder.resolve("cached-" + round))
                  .with(RecipeTeachers.opener(Budget.unlimited(), cache));
          measure("answers in the cache", http, options, workers);
        }
      }
    } finally {
      delete(folder);
    }
  }

  private static void measure(String what, Recipe recipe, RunOptions options, int workers)
      throws InterruptedException {
    long begin = System.nanoTime();
    RunResult result = DataRun.run(recipe, options.withWorkers(workers), RunListener.NONE);
    double seconds = (System.nanoTime() - begin) / 1e9;
    long records = result.steps().getFirst().out();
    System.out.println(
        String.format(
            Locale.ROOT,
            "run, %-24s %,8d records %,8.0f a second",
            what,
            records,
            records / seconds));
  }

  private static Recipe recipe(Path folder, String base) {
    return RecipeFile.parse(
        RECIPE.replace("BASE", base), "speed.yaml", folder, Map.of(), catalog());
  }

  private static OperatorCatalog catalog() {
    return OperatorCatalog.of(
        new OperatorSpec(
            "answer",
            "The teacher's answer in place of the text.",
            List.of(Parameter.required("teacher", Parameter.Kind.TEACHER, "who is asked")),
            arguments -> {
              String teacher = arguments.text("teacher");
              return (RecordOperator)
                  (record, context) -> {
                    String question = SmallOperators.text(record).text();
                    var request = CompletionRequest.of(List.of(ChatMessage.user(question)));
                    String answer = context.teacher(teacher).complete(request).text();
                    return Outcome.keep(SmallOperators.text(record).withText(answer));
                  };
            }));
  }

  private static void write(Path file, int records) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < records; i++) {
        out.write(
            "{\"text\":\"Question %d: %s\"}\n"
                .formatted(i, "what would a question of a usual length be? ".repeat(4)));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  /** One teacher for all names. */
  private static final class Instant implements TeacherPool {
    private final CallCache cache;
    private final Teacher teacher;

    Instant(String answer, Path folder) {
      cache = CallCache.open(folder.resolve("calls.db"));
      teacher = InstantTeacher.cached(answer, cache);
    }

    @Override
    public Teacher teacher(String name) {
      return teacher;
    }

    @Override
    public BigDecimal cost(String name, Completion.Usage usage) {
      return BigDecimal.ZERO;
    }

    @Override
    public Estimate estimate(String name, CompletionRequest request) {
      return Estimate.NOTHING;
    }

    @Override
    public BigDecimal spent() {
      return BigDecimal.ZERO;
    }

    @Override
    public void close() {
      teacher.close();
      cache.close();
    }
  }
}
