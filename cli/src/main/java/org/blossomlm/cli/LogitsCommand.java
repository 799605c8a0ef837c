package org.blossomlm.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.OutputFile;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the logits after every token to a file. */
@Command(name = "logits", mixinStandardHelpOptions = true, sortOptions = false)
final class LogitsCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Option(names = "--tokens", paramLabel = "ID", split = ",", required = true)
  private int[] tokens = {};

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true)
  private Path output = Path.of("");

  @Option(names = "--kernels", paramLabel = "NAME")
  private Optional<String> kernels = Optional.empty();

  @Option(names = "--threads", paramLabel = "N")
  private int threads;

  @Option(names = "--chunk-size", paramLabel = "N")
  private int chunkSize;

  LogitsCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    atMost("--threads", threads, LoadOptions.MOST_THREADS);
    atMost("--chunk-size", chunkSize, Integer.MAX_VALUE);
    Path path = ModelPath.resolve(model, application.messages());
    LoadOptions options =
        LoadOptions.DEFAULT
            .withContextLength(tokens.length)
            .withThreads(threads)
            .withChunkSize(chunkSize)
            .withKernels(kernels);
    try (LanguageModel loaded = application.engine().load(path, options)) {
      int vocabulary = loaded.tokenizer().vocabularySize();
      for (int token : tokens) {
        if (token < 0 || token >= vocabulary) {
          throw CommandException.usage(
              application.text("logits.no-such-token", token, vocabulary - 1));
        }
      }
      OutputFile.write(output, stream -> write(loaded, stream));
    }
    return ExitCode.OK.status();
  }

  private void atMost(String option, int value, int most) {
    if (value < 0 || value > most) {
      throw CommandException.usage(
          application.text("parameter.invalid", option, value, "0 … " + most));
    }
  }

  private void write(LanguageModel loaded, OutputStream stream) throws IOException {
    var buffered = new BufferedOutputStream(stream, 1 << 16);
    try (Session session = loaded.newSession()) {
      session.logits(tokens, (position, logits) -> writeRow(buffered, logits));
      buffered.flush();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void writeRow(OutputStream stream, float[] logits) {
    ByteBuffer row =
        ByteBuffer.allocate(logits.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    row.asFloatBuffer().put(logits);
    try {
      stream.write(row.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
