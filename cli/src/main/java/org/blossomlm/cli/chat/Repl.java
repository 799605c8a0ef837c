package org.blossomlm.cli.chat;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.cli.chat.LineSource.Input;
import org.blossomlm.cli.chat.ReplCommand.Switch;
import org.blossomlm.cli.files.FileFailure;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.report.ModelReport;
import org.blossomlm.cli.terminal.AnswerSink;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.ContextLengthException;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.OutOfMemoryException;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;

/** The interactive chat: reads messages and commands until the user leaves. */
public final class Repl {
  private final LineSource lines;
  private final Output output;
  private final Messages messages;
  private final ModelOpener opener;
  private final StatusLine status;
  private final AtomicBoolean cancelled;
  private final Screen screen;
  private final Parameters parameters;
  private ModelOpener.Opened opened;
  private boolean verbose;

  /** What a terminal offers beyond lines and text. */
  public interface Screen {
    /** A sink for one answer. */
    AnswerSink answer();

    /** Prints what the program itself says; long lines are broken between words. */
    void println(String text);

    void wordWrap(boolean on);

    void history(boolean on);

    /** Runs {@code work} while keys are not echoed; what is typed is kept for the next line. */
    default void quietly(Runnable work) {
      work.run();
    }
  }

  /**
   * @param opened the conversation to begin with; closed when the user leaves
   * @param cancelled set by Ctrl-C while an answer is made
   */
  public Repl(
      LineSource lines,
      Output output,
      Messages messages,
      ModelOpener opener,
      ModelOpener.Opened opened,
      Parameters parameters,
      StatusLine status,
      Screen screen,
      AtomicBoolean cancelled) {
    this.lines = lines;
    this.output = output;
    this.messages = messages;
    this.opener = opener;
    this.opened = opened;
    this.parameters = parameters;
    this.status = status;
    this.screen = screen;
    this.cancelled = cancelled;
  }

  /** Prints timings after every answer. */
  public void verbose(boolean on) {
    this.verbose = on;
  }

  /** Talks until the user leaves. */
  public void run() {
    try {
      say(
          "repl.banner",
          opener.file().getFileName(),
          opened.model().contextLength(),
          opened.model().kernels());
      if (opened.template().isEmpty() && !opener.raw()) {
        say("repl.no-template-banner");
      }
      opened.stretched(messages).ifPresent(screen::println);
      boolean goOn = true;
      while (goOn) {
        goOn =
            switch (lines.next()) {
              case Input.End() -> false;
              case Input.Interrupted(boolean empty) -> {
                if (empty) {
                  say("repl.how-to-leave");
                }
                yield true;
              }
              case Input.Line(String text) -> handle(text);
            };
      }
    } finally {
      opened.close();
    }
  }

  private boolean handle(String line) {
    if (line.isBlank()) {
      return true;
    }
    if (!line.startsWith("/")) {
      String text = MultiLine.unquote(line);
      answer((options, listener) -> opened.chat().send(text, options, listener));
      return true;
    }
    switch (ReplCommand.parse(MultiLine.unquote(line))) {
      case ReplCommand.Bye() -> {
        return false;
      }
      case ReplCommand.Help(String topic) -> help(topic);
      case ReplCommand.Clear() -> {
        opened.chat().messages(systemMessages());
        say("repl.cleared");
      }
      case ReplCommand.Retry() -> retry();
      case ReplCommand.Undo() -> undo();
      case ReplCommand.SetSystem(String text) -> setSystem(text);
      case ReplCommand.SetParameter(String name, List<String> values) -> set(name, values);
      case ReplCommand.Set(Switch which) -> set(which);
      case ReplCommand.Show(ReplCommand.Topic topic) -> show(topic);
      case ReplCommand.Save(String file) -> save(file);
      case ReplCommand.Load(String file) -> load(file);
      case ReplCommand.Malformed(String usage) -> say("repl.usage", usage);
      case ReplCommand.Unknown(String name) -> say("repl.unknown-command", name);
    }
    return true;
  }

  /** Makes an answer. */
  private interface Answering {
    Generation generate(GenerationOptions options, GenerationListener listener);
  }

  private void answer(Answering answering) {
    GenerationOptions options = parameters.generation(opened.model().defaultSampling());
    cancelled.set(false);
    AnswerSink sink = screen.answer();
    var listener = new AnswerListener(sink, status, messages, cancelled);
    screen.quietly(() -> {
      try {
        Generation generation = answering.generate(options, listener);
        status.clear();
        sink.end();
        output.println("");
        listener.notes().forEach(screen::println);
        explain(generation);
      } catch (ContextLengthException e) {
        status.clear();
        say("repl.prompt-too-long", e.promptTokens(), e.contextLength());
      } catch (ModelException | IllegalArgumentException e) { // The second: not valid Unicode.
        status.clear();
        say("error", String.valueOf(e.getMessage()));
      }
    });
  }

  private void explain(Generation generation) {
    if (generation.text().isEmpty() && generation.finishReason() == FinishReason.STOP) {
      say("repl.nothing-said");
    }
    if (generation.finishReason() == FinishReason.CONTEXT_FULL) {
      say("repl.context-full", opened.model().contextLength());
    }
    if (verbose) {
      output.println(new Timings(Duration.ZERO, generation).summary());
    }
  }

  private void retry() {
    List<ChatMessage> kept = upToLastUser();
    if (kept.isEmpty()) {
      say("repl.nothing-to-retry");
      return;
    }
    List<ChatMessage> before = opened.chat().messages();
    opened.chat().messages(kept);
    answer((options, listener) -> opened.chat().answer(options, listener));
    if (opened.chat().messages().size() == kept.size()) {
      opened.chat().messages(before); // Nothing was said: the former answer stays.
    }
  }

  private void undo() {
    List<ChatMessage> kept = upToLastUser();
    if (kept.isEmpty()) {
      say("repl.nothing-to-undo");
      return;
    }
    String dropped = kept.getLast().content();
    opened.chat().messages(kept.subList(0, kept.size() - 1));
    say("repl.undone", dropped.lines().findFirst().orElse(""));
  }

  /**
   * The conversation without what was answered to the last user message; empty if there is none.
   */
  private List<ChatMessage> upToLastUser() {
    List<ChatMessage> all = new ArrayList<>(opened.chat().messages());
    while (!all.isEmpty() && all.getLast().role() != Role.USER) {
      all.removeLast();
    }
    return all;
  }

  private void setSystem(String text) {
    List<ChatMessage> conversation = new ArrayList<>();
    conversation.add(ChatMessage.system(text));
    opened.chat().messages().stream()
        .filter(message -> message.role() != Role.SYSTEM)
        .forEach(conversation::add);
    opened.chat().messages(conversation);
    say(opened.template().isPresent() ? "repl.system-set" : "repl.system-ignored");
  }

  private void set(String name, List<String> values) {
    Optional<Parameter> known = Parameter.of(name);
    if (known.isEmpty()) {
      say("repl.unknown-parameter", name);
      return;
    }
    Parameter parameter = known.get();
    Parameters before = parameters.copy();
    if (parameter == Parameter.STOP && values.equals(List.of(""))) {
      parameters.stop(List.of());
      say("repl.stop-cleared");
      return;
    }
    try {
      if (parameter == Parameter.STOP) {
        parameters.stop(List.of());
      }
      for (String value : values) {
        parameters.set(parameter, value);
      }
    } catch (IllegalArgumentException e) {
      parameters.replaceBy(before);
      say("parameter.invalid", parameter.key(), String.join(" ", values), parameter.allowed());
      return;
    }
    if (parameter.concernsLoading() && !reopen(opened.chat().messages(), before)) {
      return;
    }
    say("repl.parameter-set", parameter.key(), String.join(" ", values));
  }

  private void set(Switch which) {
    switch (which) {
      case VERBOSE, QUIET -> verbose = which == Switch.VERBOSE;
      case WORDWRAP, NOWORDWRAP -> screen.wordWrap(which == Switch.WORDWRAP);
      case HISTORY, NOHISTORY -> screen.history(which == Switch.HISTORY);
    }
    say("repl.set." + which.name().toLowerCase(Locale.ROOT));
  }

  /**
   * Loads the model again with the parameters as they are, and goes on with {@code conversation}.
   * If that fails, all is as it was before.
   *
   * @param before the parameters that are known to work
   */
  private boolean reopen(List<ChatMessage> conversation, Parameters before) {
    List<ChatMessage> current = opened.chat().messages();
    opened.close();
    try {
      opened = opener.open(parameters, status, messages);
      opened.chat().messages(conversation);
      opened.stretched(messages).ifPresent(screen::println);
      return true;
    } catch (ModelException | OutOfMemoryException e) {
      say("error", String.valueOf(e.getMessage()));
      parameters.replaceBy(before);
      opened = opener.open(parameters, status, messages);
      opened.chat().messages(current);
      return false;
    }
  }

  private void show(ReplCommand.Topic topic) {
    switch (topic) {
      case INFO -> output.print(ModelReport.of(opened.model().file(), messages).summary());
      case PARAMETERS -> showParameters();
      case SYSTEM ->
          output.println(
              systemMessages().stream()
                  .findFirst()
                  .map(ChatMessage::content)
                  .orElseGet(() -> messages.text("repl.no-system")));
      case TEMPLATE -> output.println(template());
      case LICENSE ->
          output.println(
              opened
                  .model()
                  .file()
                  .metadata()
                  .string("general.license")
                  .orElseGet(() -> messages.text("repl.no-license")));
      case MESSAGES -> showMessages();
    }
  }

  private void showMessages() {
    List<ChatMessage> all = opened.chat().messages();
    if (all.isEmpty()) {
      say("repl.no-messages");
    }
    all.forEach(message -> output.println(message.role().wireName() + ": " + message.content()));
  }

  private void showParameters() {
    Map<Parameter, Object> set = parameters.asMap();
    if (set.isEmpty()) {
      say("repl.no-parameters");
    }
    set.forEach((parameter, value) ->
        output.println(String.format(Locale.ROOT, "  %-18s %s", parameter.key(), value)));
  }

  private String template() {
    return opened
        .template()
        .map(ChatTemplate::source)
        .orElseGet(() -> messages.text("repl.no-template"));
  }

  private void save(String name) {
    try {
      Path file = UserPath.of(name);
      SavedConversation.of(opener.file(), parameters, opened.chat().messages()).write(file);
      say("repl.saved", file, opened.chat().messages().size());
    } catch (IOException e) {
      say("repl.not-saved", FileFailure.describe(e, messages));
    } catch (InvalidPathException e) {
      say("repl.not-saved", String.valueOf(e.getMessage()));
    }
  }

  private void load(String name) {
    try {
      Path file = UserPath.of(name);
      SavedConversation saved = SavedConversation.read(file);
      Parameters before = parameters.copy();
      parameters.replaceBy(saved.settings());
      if (parameters.loading(opener.loading()).equals(before.loading(opener.loading()))) {
        opened.chat().messages(saved.messages());
      } else if (!reopen(saved.messages(), before)) {
        return;
      }
      say("repl.loaded", file, saved.messages().size());
    } catch (IOException e) {
      say("repl.not-loaded", FileFailure.describe(e, messages));
    } catch (IllegalArgumentException e) {
      say("repl.not-loaded", String.valueOf(e.getMessage()));
    }
  }

  private List<ChatMessage> systemMessages() {
    return opened.chat().messages().stream()
        .filter(message -> message.role() == Role.SYSTEM)
        .toList();
  }

  private void help(String topic) {
    output.print(
        switch (topic) {
          case "set" -> messages.text("repl.help.set") + parameterNames();
          case "show" -> messages.text("repl.help.show");
          case "shortcuts" -> messages.text("repl.help.shortcuts");
          default -> messages.text("repl.help");
        });
  }

  private static String parameterNames() {
    StringBuilder names = new StringBuilder();
    for (Parameter parameter : Parameter.values()) {
      names.append(
          String.format(
              Locale.ROOT, "  /set parameter %-18s %s%n", parameter.key(), parameter.allowed()));
    }
    return names.toString();
  }

  private void say(String key, Object... arguments) {
    screen.println(messages.text(key, arguments));
  }
}
