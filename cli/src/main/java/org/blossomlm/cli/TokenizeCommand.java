package org.blossomlm.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Prints the token ids of text. */
@Command(name = "tokenize", mixinStandardHelpOptions = true, sortOptions = false)
final class TokenizeCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @ArgGroup(exclusive = true)
  private Source source = new Source();

  /** Where the text is; standard input if neither is given. */
  static final class Source {
    @Option(names = "--text", paramLabel = "TEXT")
    private Optional<String> text = Optional.empty();

    @Option(names = "--jsonl", paramLabel = "FILE")
    private Optional<String> jsonl = Optional.empty();
  }

  @Option(names = "--special")
  private boolean special;

  TokenizeCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    Path path = ModelPath.resolve(model, application.messages());
    if (path.getFileName().toString().endsWith(".json")) {
      tokenize(Tokenizer.fromJson(path));
    } else {
      try (GgufFile file = GgufFile.open(path)) {
        tokenize(Tokenizer.fromGguf(file.metadata()));
      }
    }
    return ExitCode.OK.status();
  }

  private void tokenize(Tokenizer tokenizer) throws IOException {
    Output out = application.streams().out();
    if (source.jsonl.isPresent()) {
      String file = source.jsonl.get();
      try (InputStream stream =
          file.equals("-")
              ? application.streams().in()
              : Files.newInputStream(ModelPath.resolve(file, application.messages()))) {
        tokenizeLines(tokenizer, stream, file);
      }
      return;
    }
    String text =
        source.text.isPresent()
            ? source.text.get()
            : decode(application.streams().in().readAllBytes());
    out.println(json(encode(tokenizer, text)));
  }

  private void tokenizeLines(Tokenizer tokenizer, InputStream stream, String file)
      throws IOException {
    ObjectReader reader = JsonMapper.builder().build().reader();
    StringBuilder answers = new StringBuilder();
    // A decoder of one's own reports what is not UTF-8 instead of replacing it.
    var decoded = new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder());
    var lines = new BufferedReader(decoded, 1 << 16);
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        JsonNode text = reader.readTree(line).path("text");
        if (!text.isString()) {
          throw new IllegalArgumentException(application.text("tokenize.no-text"));
        }
        String ids = json(encode(tokenizer, text.asString()));
        answers.append("{\"ids\": ").append(ids).append("}\n");
      } catch (JacksonException | IllegalArgumentException e) {
        application.streams().out().print(answers.toString());
        String reason =
            e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
        throw new CommandException(
            ExitCode.FAILED, (file.equals("-") ? "stdin" : file) + ":" + number + ": " + reason);
      }
      if (answers.length() > 1 << 16) {
        application.streams().out().print(answers.toString());
        answers.setLength(0);
      }
    }
    application.streams().out().print(answers.toString());
  }

  /** Text is data unless the user asks otherwise: special-token strings in it are plain text. */
  private int[] encode(Tokenizer tokenizer, String text) {
    return special
        ? tokenizer.encode(MarkedText.trusted(text), true)
        : tokenizer.encode(MarkedText.data(text), false);
  }

  private String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CommandException(ExitCode.FAILED, application.text("error.not-utf8"));
    }
  }

  private static String json(int[] ids) {
    StringBuilder array = new StringBuilder(2 + 7 * ids.length).append('[');
    for (int i = 0; i < ids.length; i++) {
      array.append(i == 0 ? "" : ", ").append(ids[i]);
    }
    return array.append(']').toString();
  }
}
