package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.ReadOptions;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.SpecialTokens;
import org.blossomlm.model.tokenizer.TokenizerTrainer;
import org.blossomlm.model.tokenizer.TrainedVocabulary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a vocabulary from files of records or text. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false)
final class TokenizerTrainCommand implements Callable<Integer> {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final String TURN = "<|im_start|>";
  private static final String END_OF_TURN = "<|im_end|>";

  private static final String CHATML =
      "{%- for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content"
          + " + '<|im_end|>\\n' }}{%- endfor %}"
          + "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{%- endif %}";

  private static final int TOKENS_PER_STATUS = 100;

  private final Application application;

  @Parameters(index = "0..*", arity = "1..*", paramLabel = "FILE")
  private List<String> files = new ArrayList<>();

  @Option(names = "--vocab-size", required = true, paramLabel = "N")
  private int size;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "DIR")
  private String out = "";

  @Option(names = "--pre", paramLabel = "NAME")
  private String preTokenizer = "qwen2";

  @Option(names = "--special", paramLabel = "TOKEN", split = ",")
  private List<String> special = new ArrayList<>();

  @Option(names = "--template", paramLabel = "NAME")
  private String template = "chatml";

  @Option(names = "--min-count", paramLabel = "N")
  private int leastCount = 2;

  @Option(names = "--context", paramLabel = "N")
  private int context = 32768;

  TokenizerTrainCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    if (leastCount < 1) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--min-count", leastCount, "1, 2, …"));
    }
    boolean blossom = template.equals(ChatTemplates.BLOSSOM);
    List<String> tokens = new ArrayList<>(List.of(END_OF_TEXT, TURN, END_OF_TURN));
    special.stream().filter(token -> !tokens.contains(token)).forEach(tokens::add);
    String end = blossom ? END_OF_TEXT : END_OF_TURN;
    String chatTemplate =
        switch (template) {
          case "chatml" -> CHATML;
          case ChatTemplates.BLOSSOM -> ChatTemplates.blossom(new SpecialTokens("", end)).source();
          default -> TextFile.read(ModelPath.resolve(template, application.messages()));
        };
    TokenizerTrainer.Options options =
        TokenizerTrainer.Options.of(size)
            .withPreTokenizer(preTokenizer)
            .withSpecialTokens(tokens)
            .withLeastCount(leastCount);
    try (StatusLine status = application.statusLine();
        TokenizerTrainer trainer = new TokenizerTrainer(options)) {
      status.begin();
      for (String file : files) {
        status.show(application.text("tokenizer.train.reading", file));
        read(UserPath.of(file), trainer);
      }
      TrainedVocabulary vocabulary =
          trainer.train(made -> {
            if (made % TOKENS_PER_STATUS == 0) {
              status.show(application.text("tokenizer.train.merging", made, size));
            }
          });
      vocabulary.write(
          UserPath.of(out), new TrainedVocabulary.Config(end, END_OF_TEXT, chatTemplate, context));
      status.close();
      application
          .streams()
          .out()
          .println(application.text("tokenizer.train.done", out, vocabulary.size()));
      if (vocabulary.size() < size) {
        application
            .streams()
            .err()
            .println(application.text("tokenizer.train.fewer", size, leastCount));
      }
      if (trainer.forgottenWords() > 0) {
        application
            .streams()
            .err()
            .println(application.text("tokenizer.train.forgotten", trainer.forgottenWords()));
      }
    }
    return ExitCode.OK.status();
  }

  /** Text goes in line by line, each with its end, as Hugging Face's trainer reads files. */
  private static void read(Path file, TokenizerTrainer trainer) throws IOException {
    if (file.toString().endsWith(".txt") && Files.isRegularFile(file)) {
      try (var lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          trainer.add(line + "\n");
        }
      }
      return;
    }
    try (RecordReader reader = RecordFiles.read(file.toString(), ReadOptions.DEFAULT)) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        add(next.get(), trainer);
      }
    }
  }

  private static void add(DataRecord record, TokenizerTrainer trainer) {
    switch (record) {
      case ChatRecord chat -> chat.messages().forEach(message -> add(message, trainer));
      case TextRecord text -> trainer.add(text.text());
      case PreferenceRecord pair -> {
        pair.prompt().forEach(message -> add(message, trainer));
        pair.chosen().forEach(message -> add(message, trainer));
        pair.rejected().forEach(message -> add(message, trainer));
      }
      case RowRecord row -> add(row.fields(), trainer);
    }
  }

  private static void add(ChatMessage message, TokenizerTrainer trainer) {
    trainer.add(message.content());
    message.reasoning().ifPresent(trainer::add);
  }

  private static void add(@Nullable Object value, TokenizerTrainer trainer) {
    switch (value) {
      case String text -> trainer.add(text);
      case Map<?, ?> map -> map.values().forEach(each -> add(each, trainer));
      case List<?> list -> list.forEach(each -> add(each, trainer));
      case null, default -> {}
    }
  }
}
