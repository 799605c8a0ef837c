package org.blossomlm.cli;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.train.config.ConfigOptions;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfigReader;
import org.blossomlm.train.example.BuiltExamples;
import org.blossomlm.train.example.Example;
import org.blossomlm.train.example.ExampleBuilder;
import org.blossomlm.train.example.ExampleCounts;
import org.blossomlm.train.example.ExampleNote;
import org.blossomlm.train.example.ExampleText;
import org.blossomlm.train.example.PromptFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Shows samples of a training run token by token: what is read and what is learnt. */
@Command(name = "inspect", mixinStandardHelpOptions = true, sortOptions = false)
final class TrainInspectCommand implements Callable<Integer> {
  private static final String LEARNT = "\u001b[1;32m";
  private static final String SPECIAL = "\u001b[35m";
  private static final String READ = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  private final Application application;

  @Parameters(index = "0", paramLabel = "CONFIG")
  private String config = "";

  @Option(
      names = {"-n", "--records"},
      paramLabel = "N")
  private int records = 3;

  @Option(names = "--all")
  private boolean all;

  @Option(names = "--plain")
  private boolean plain;

  @Unmatched private List<String> keys = new ArrayList<>();

  private ExampleCounts counts = ExampleCounts.NONE;

  TrainInspectCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    if (records < 0) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--records", records, "0, 1, 2, …"));
    }
    Map<String, String> options = ConfigOptions.of(keys);
    TrainConfig run = TrainConfigReader.read(UserPath.of(config), options);
    Path source =
        run.tokenizer()
            .orElseGet(() ->
                switch (run.model()) {
                  case TrainConfig.Pretrained model -> model.path();
                  case TrainConfig.FromScratch scratch ->
                      throw new IllegalStateException("the reader requires a tokenizer");
                });
    try (PromptFormat format = PromptFormat.open(source, run.template())) {
      LocalDateTime now = run.date().map(LocalDate::parse).orElseGet(LocalDate::now).atStartOfDay();
      ExampleBuilder builder =
          new ExampleBuilder(format.tokenizer(), format.template(), run.examples(), now);
      for (TrainConfig.Stage stage : run.stages()) {
        for (TrainConfig.Data data : stage.data()) {
          inspect(data, builder, format);
        }
      }
    }
    summary();
    return counts.examples() == 0 ? ExitCode.FAILED.status() : ExitCode.OK.status();
  }

  private void inspect(TrainConfig.Data data, ExampleBuilder builder, PromptFormat format) {
    long limit = data.source().limit().orElse(Long.MAX_VALUE);
    long most = all ? limit : Math.min(limit, records);
    try (RecordReader reader = data.source().open(true)) {
      for (long i = 0; i < most; i++) {
        Optional<DataRecord> next = reader.next();
        if (next.isEmpty()) {
          return;
        }
        BuiltExamples built = builder.build(next.get());
        counts = counts.plus(built);
        if (i < records) {
          if (built.examples().isEmpty()) {
            application.streams().out().println(heading(next.get().id(), built) + "\n");
          }
          built.examples().forEach(example -> show(example, built, format));
        }
      }
    }
  }

  private String heading(String id, BuiltExamples built) {
    StringBuilder text = new StringBuilder("── ").append(id);
    built.notes().stream().sorted().forEach(note -> text.append(" · ").append(note(note)));
    return text.toString();
  }

  private String note(ExampleNote note) {
    return application.text("train.note." + note.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private void show(Example example, BuiltExamples built, PromptFormat format) {
    Output out = application.streams().out();
    out.println(
        heading(example.source(), built)
            + " · "
            + application.text("train.inspect.tokens", example.length(), example.learntTokens()));
    boolean coloured = !plain && application.streams().outIsTerminal() && application.colours();
    List<ExampleText.Piece> pieces = ExampleText.of(example, format.tokenizer());
    out.println((coloured ? coloured(pieces) : marked(pieces)) + "\n");
  }

  /** Green and bold is learnt, grey is read, special tokens that are not learnt are purple. */
  private static String coloured(List<ExampleText.Piece> pieces) {
    StringBuilder text = new StringBuilder();
    String style = "";
    for (ExampleText.Piece piece : pieces) {
      String wanted = piece.learnt() ? LEARNT : piece.special() ? SPECIAL : READ;
      if (!wanted.equals(style)) {
        text.append(RESET).append(wanted);
        style = wanted;
      }
      text.append(printable(piece.text()));
    }
    return text.append(RESET).toString();
  }

  /** What is learnt stands in 【 】. */
  private static String marked(List<ExampleText.Piece> pieces) {
    StringBuilder text = new StringBuilder();
    boolean learnt = false;
    for (ExampleText.Piece piece : pieces) {
      if (piece.learnt() != learnt) {
        text.append(learnt ? "】" : "【");
        learnt = piece.learnt();
      }
      text.append(printable(piece.text()));
    }
    return text.append(learnt ? "】" : "").toString();
  }

  /** Data must not drive the terminal. */
  private static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
          shown.appendCodePoint(control ? 0xFFFD : c);
        });
    return shown.toString();
  }

  private void summary() {
    Output out = application.streams().out();
    out.println(
        application.text(
            "train.inspect.summary",
            counts.records(),
            counts.examples(),
            counts.tokens(),
            counts.learntTokens()));
    counts.notes().forEach((note, count) -> out.println("  %,d %s".formatted(count, note(note))));
  }
}
