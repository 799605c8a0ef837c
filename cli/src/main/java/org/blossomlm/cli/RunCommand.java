package org.blossomlm.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.cli.chat.AnswerListener;
import org.blossomlm.cli.chat.JLineTerminal;
import org.blossomlm.cli.chat.ModelOpener;
import org.blossomlm.cli.chat.Parameter;
import org.blossomlm.cli.chat.Parameters;
import org.blossomlm.cli.chat.Repl;
import org.blossomlm.cli.chat.Timings;
import org.blossomlm.cli.files.Json;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.terminal.AnswerSink;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplates;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Answers one prompt, or chats. */
@Command(name = "run", sortOptions = false, abbreviateSynopsis = true)
final class RunCommand implements Callable<Integer> {
  private final Application application;
  private final Parameters parameters = new Parameters();

  @CommandLine.Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @CommandLine.Parameters(index = "1..*", arity = "0..*", paramLabel = "PROMPT")
  private List<String> prompt = new ArrayList<>();

  @Option(names = "--system", paramLabel = "TEXT")
  private Optional<String> system = Optional.empty();

  @Option(names = "--template", paramLabel = "FILE")
  private Optional<String> template = Optional.empty();

  @Option(names = "--adapter", paramLabel = "DIR")
  private Optional<String> adapter = Optional.empty();

  @Option(names = "--raw")
  private boolean raw;

  @Option(names = "--special")
  private boolean special;

  @Option(names = "--format", paramLabel = "json")
  private Optional<Format> format = Optional.empty();

  @Option(names = "--verbose")
  private boolean verbose;

  @Option(names = "--nowordwrap")
  private boolean noWordWrap;

  @Mixin private LoadingOptions loading = new LoadingOptions();

  /** How an answer is printed. */
  enum Format {
    json
  }

  private RunCommand(Application application) {
    this.application = application;
  }

  /** The command with an option for every {@link Parameter}. */
  static CommandLine commandLine(Application application) {
    RunCommand run = new RunCommand(application);
    CommandLine commandLine = new CommandLine(run);
    for (Parameter parameter : Parameter.values()) {
      commandLine.getCommandSpec().addOption(run.option(parameter, commandLine));
    }
    commandLine.getCommandSpec().mixinStandardHelpOptions(true);
    return commandLine;
  }

  private OptionSpec option(Parameter parameter, CommandLine commandLine) {
    String option = optionName(parameter);
    return OptionSpec.builder(option)
        .paramLabel(parameter.label())
        .type(parameter == Parameter.STOP ? String[].class : String.class)
        .descriptionKey(option.substring("--".length()))
        .setter(
            new CommandLine.Model.ISetter() {
              @Override
              public <T> T set(T value) {
                if (value instanceof String text) {
                  setParameter(parameter, text, commandLine);
                } else if (value instanceof String[] texts) {
                  List.of(texts).forEach(text -> setParameter(parameter, text, commandLine));
                }
                return value;
              }
            })
        .build();
  }

  private static String optionName(Parameter parameter) {
    return switch (parameter) {
      case NUM_THREAD -> "--threads";
      case DRAFT_NUM_PREDICT -> "--draft";
      default -> "--" + parameter.key().replace('_', '-');
    };
  }

  private void setParameter(Parameter parameter, String text, CommandLine commandLine) {
    try {
      parameters.set(parameter, text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          commandLine,
          application.text("parameter.invalid", optionName(parameter), text, parameter.allowed()),
          e);
    }
  }

  @Override
  public Integer call() throws IOException {
    Streams streams = application.streams();
    ModelOpener opener =
        new ModelOpener(
            application.engine(),
            ModelPath.resolve(model, application.messages()),
            loading.read(application).withAdapter(adapter.map(UserPath::of)),
            template.map(this::templatePath),
            raw,
            special);
    boolean interactive =
        prompt.isEmpty() && streams.inIsTerminal() && streams.outIsTerminal() && format.isEmpty();
    if (interactive) {
      chat(opener);
      return ExitCode.OK.status();
    }
    String text = promptText();
    boolean nothingAsked = prompt.isEmpty() && text.isBlank();
    if (nothingAsked) {
      throw CommandException.usage(application.text("run.no-prompt"));
    }
    return answer(opener, text).status();
  }

  /** A file, or the name of the built-in template. */
  private Path templatePath(String name) {
    return name.equals(ChatTemplates.BLOSSOM)
        ? Path.of(name)
        : ModelPath.resolve(name, application.messages());
  }

  private void chat(ModelOpener opener) {
    Streams streams = application.streams();
    AtomicBoolean cancelled = new AtomicBoolean();
    boolean markdown = application.colours();
    boolean keepsHistory =
        application.environment().getOrDefault("BLOSSOM_NOHISTORY", "").isEmpty();
    Optional<Path> history =
        keepsHistory
            ? Optional.of(application.home().resolve(".blossom").resolve("history"))
            : Optional.empty();
    try (JLineTerminal terminal =
            new JLineTerminal(streams.out(), markdown, !noWordWrap, history, cancelled);
        StatusLine status = application.statusLine(terminal::columns)) {
      ModelOpener.Opened opened = opener.open(parameters, status, application.messages());
      system.ifPresent(text -> opened.chat().messages(List.of(ChatMessage.system(text))));
      Repl repl =
          new Repl(
              terminal,
              streams.out(),
              application.messages(),
              opener,
              opened,
              parameters,
              status,
              terminal,
              cancelled);
      repl.verbose(verbose);
      repl.run();
    }
  }

  private ExitCode answer(ModelOpener opener, String text) {
    Streams streams = application.streams();
    try (StatusLine status = application.statusLine(() -> 0);
        ModelOpener.Opened opened = opener.open(parameters, status, application.messages())) {
      system.ifPresent(instructions -> {
        opened.chat().messages(List.of(ChatMessage.system(instructions)));
        if (opened.template().isEmpty()) {
          note("run.system-ignored");
        }
      });
      AnswerSink sink = format.isPresent() ? silent() : sink();
      AnswerListener listener =
          new AnswerListener(sink, status, application.messages(), new AtomicBoolean());
      Generation generation =
          opened
              .chat()
              .send(text, parameters.generation(opened.model().defaultSampling()), listener);
      status.clear();
      sink.end();
      if (format.isPresent()) {
        streams.out().println(json(opened, generation));
      }
      opened.stretched(application.messages()).ifPresent(streams.err()::println);
      listener.notes().forEach(streams.err()::println);
      if (generation.finishReason() == FinishReason.CONTEXT_FULL) {
        note("run.context-full", opened.model().contextLength());
      }
      if (verbose) {
        streams.err().print("\n" + new Timings(opened.loadTime(), generation).summary());
      }
      return ExitCode.OK;
    }
  }

  /** What was piped in comes before what was typed, as in Ollama. */
  private String promptText() throws IOException {
    String typed = String.join(" ", prompt);
    if (application.streams().inIsTerminal()) {
      return typed;
    }
    String piped = readInput();
    String text = raw ? piped : piped.replaceFirst("\\R$", "");
    return text.isEmpty() ? typed : typed.isEmpty() ? text : text + " " + typed;
  }

  private String readInput() throws IOException {
    Thread hint =
        Thread.ofPlatform()
            .daemon()
            .unstarted(() -> {
              try {
                Thread.sleep(3000);
                note("run.waiting-for-input");
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // Input came in time.
              }
            });
    hint.start();
    try {
      return new String(application.streams().in().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      hint.interrupt();
    }
  }

  private AnswerSink sink() {
    Streams streams = application.streams();
    if (!streams.outIsTerminal() || !application.colours()) {
      return AnswerSink.plain(streams.out());
    }
    // Ctrl-C ends the program at once; the terminal must not stay bold.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> streams.out().print("\033[0m"), "reset-style"));
    int columns = noWordWrap ? 0 : application.columns();
    return AnswerSink.markdown(streams.out(), () -> columns);
  }

  private static AnswerSink silent() {
    return new AnswerSink() {
      @Override
      public void write(String text) {}

      @Override
      public void end() {}
    };
  }

  private void note(String key, Object... arguments) {
    application.streams().err().println(application.text(key, arguments));
  }

  private String json(ModelOpener.Opened opened, Generation generation) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("model", model);
    answer.put("text", generation.text());
    answer.put("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT));
    answer.put("prompt_tokens", generation.promptTokens());
    answer.put("cached_tokens", generation.cachedTokens());
    answer.put("completion_tokens", generation.tokens().size());
    if (generation.draftedTokens() > 0) {
      answer.put("drafted_tokens", generation.draftedTokens());
      answer.put("accepted_tokens", generation.acceptedTokens());
    }
    answer.put("load_seconds", opened.loadTime().toNanos() / 1e9);
    answer.put("prompt_seconds", generation.promptTime().toNanos() / 1e9);
    answer.put("completion_seconds", generation.generationTime().toNanos() / 1e9);
    answer.put("kernels", opened.model().kernels());
    answer.put("threads", opened.model().threads());
    return Json.write(answer);
  }
}
