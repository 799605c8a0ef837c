package org.blossomlm.cli.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.cli.terminal.AnswerSink;
import org.blossomlm.cli.terminal.Output;
import org.blossomlm.cli.terminal.WrappedText;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** A real terminal: line editing, history, and Ctrl-C while an answer is made. */
public final class JLineTerminal implements LineSource, Repl.Screen, AutoCloseable {
  private static final int HISTORY_LINES = 1000;

  private final Terminal terminal;
  private final LineReader reader;
  private final Output output;
  private final boolean markdown;
  private final Optional<HistoryFile> historyFile;
  private boolean wordWrap;
  private boolean history = true;

  /**
   * @param markdown whether answers are rendered; else shown as they are
   * @param historyFile where lines are kept; empty keeps none
   * @param cancelled set by Ctrl-C while no line is being edited
   */
  public JLineTerminal(
      Output output,
      boolean markdown,
      boolean wordWrap,
      Optional<Path> historyFile,
      AtomicBoolean cancelled) {
    this.output = output;
    this.markdown = markdown;
    this.wordWrap = wordWrap;
    this.historyFile = historyFile.map(path -> new HistoryFile(path, HISTORY_LINES));
    try {
      this.terminal =
          TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    terminal.handle(Terminal.Signal.INT, signal -> cancelled.set(true));
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("blossom")
            .parser(new TripleQuoteParser())
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .option(LineReader.Option.BRACKETED_PASTE, true)
            .option(LineReader.Option.INSERT_TAB, true)
            .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
            .variable(LineReader.INDENTATION, 0)
            .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
            .build();
    this.historyFile.ifPresent(file -> file.load().forEach(reader.getHistory()::add));
  }

  /** Columns of the terminal; 80 where it does not say. */
  public int columns() {
    return terminal.getColumns() > 0 ? terminal.getColumns() : 80;
  }

  @Override
  public Input next() {
    try {
      String line = reader.readLine(">>> ");
      if (history && !line.isBlank()) {
        historyFile.ifPresent(file -> file.append(line));
      }
      return new Input.Line(line);
    } catch (UserInterruptException e) {
      return new Input.Interrupted(e.getPartialLine().isEmpty());
    } catch (EndOfFileException e) {
      return new Input.End();
    }
  }

  @Override
  public AnswerSink answer() {
    return markdown
        ? AnswerSink.markdown(output, () -> wordWrap ? columns() : 0)
        : AnswerSink.plain(output);
  }

  @Override
  public void println(String text) {
    WrappedText.print(text, output, this::columns);
  }

  @Override
  public void wordWrap(boolean on) {
    wordWrap = on;
  }

  @Override
  public void history(boolean on) {
    history = on;
    reader.setVariable(LineReader.DISABLE_HISTORY, !on);
  }

  @Override
  public void quietly(Runnable work) {
    // Not JLine's raw mode, in which Ctrl-C would be a character and not a signal.
    Attributes before = terminal.getAttributes();
    Attributes quiet = new Attributes(before);
    quiet.setLocalFlags(EnumSet.of(LocalFlag.ICANON, LocalFlag.ECHO), false);
    quiet.setLocalFlag(LocalFlag.ISIG, true);
    quiet.setControlChar(ControlChar.VMIN, 1);
    quiet.setControlChar(ControlChar.VTIME, 0);
    terminal.setAttributes(quiet);
    try {
      work.run();
    } finally {
      terminal.setAttributes(before);
    }
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a line as it is, and asks for more while triple quotes are open. */
  private static final class TripleQuoteParser implements Parser {
    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
      if (context == ParseContext.ACCEPT_LINE && MultiLine.isOpen(line)) {
        throw new EOFError(-1, -1, "triple quotes are open", "\"\"\"");
      }
      return new WholeLine(line, cursor);
    }
  }

  /** A line that is one word. */
  private record WholeLine(String line, int cursor) implements ParsedLine {
    @Override
    public String word() {
      return line;
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return Collections.singletonList(line);
    }
  }
}
