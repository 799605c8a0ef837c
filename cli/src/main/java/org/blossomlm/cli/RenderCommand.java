package org.blossomlm.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.Json;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessages;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.jinja.JinjaTemplate;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders a chat template. */
@Command(name = "render", mixinStandardHelpOptions = true, sortOptions = false)
final class RenderCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "TEMPLATE")
  private String template = "";

  @ArgGroup(exclusive = true)
  private Input input = new Input();

  /** What is rendered. */
  static final class Input {
    @Option(names = "--context", paramLabel = "FILE")
    private Optional<String> context = Optional.empty();

    @Option(names = "--messages", paramLabel = "FILE")
    private Optional<String> messages = Optional.empty();
  }

  @Option(names = "--now", paramLabel = "YYYY-MM-DD")
  private Optional<String> now = Optional.empty();

  RenderCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    if (input.context.isEmpty() && input.messages.isEmpty()) {
      throw CommandException.usage(
          application.text("error.missing", "--context=FILE | --messages=FILE"));
    }
    Path path = ModelPath.resolve(template, application.messages());
    LocalDateTime now = now();
    String text;
    if (isGguf(path)) {
      text = renderModel(path, now);
    } else {
      String source = TextFile.read(path);
      text = JinjaTemplate.compile(source).render(context(), now).text();
    }
    application.streams().out().print(text);
    return ExitCode.OK.status();
  }

  private String renderModel(Path path, LocalDateTime now) throws IOException {
    if (input.messages.isEmpty()) {
      throw CommandException.usage(application.text("render.context-with-model"));
    }
    Map<String, Object> variables = new LinkedHashMap<>(context());
    try (GgufFile file = GgufFile.open(path)) {
      ChatTemplate chatTemplate =
          ChatTemplates.find(file.metadata())
              .orElseThrow(() ->
                  new CommandException(
                      ExitCode.BAD_MODEL, application.text("render.no-template", template)));
      ChatTemplate.Request request = request(variables, now);
      return chatTemplate.render(request).text();
    }
  }

  private static ChatTemplate.Request request(Map<String, Object> variables, LocalDateTime now) {
    try {
      return new ChatTemplate.Request(
          ChatMessages.fromList(variables.remove("messages")),
          ChatMessages.toolsFromList(variables.remove("tools")),
          !Boolean.FALSE.equals(variables.remove("add_generation_prompt")),
          variables,
          now);
    } catch (ModelException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  /** The variables: the object that was given, or messages that an assistant is to answer. */
  private Map<String, Object> context() throws IOException {
    if (input.context.isPresent()) {
      return Json.readObject(ModelPath.resolve(input.context.get(), application.messages()));
    }
    Path file = ModelPath.resolve(input.messages.orElse(""), application.messages());
    if (Json.read(file) instanceof List<?> messages) {
      Map<String, Object> context = new LinkedHashMap<>();
      context.put("messages", messages);
      context.put("add_generation_prompt", true);
      return context;
    }
    Map<String, Object> context = Json.readObject(file);
    context.putIfAbsent("add_generation_prompt", true);
    return context;
  }

  private LocalDateTime now() {
    try {
      return now.map(day -> LocalDate.parse(day).atStartOfDay()).orElseGet(LocalDateTime::now);
    } catch (DateTimeException e) {
      throw CommandException.usage(application.text("render.bad-date", now.orElse("")));
    }
  }

  private static boolean isGguf(Path path) throws IOException {
    try (InputStream stream = Files.newInputStream(path)) {
      return Arrays.equals(stream.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
    }
  }
}
