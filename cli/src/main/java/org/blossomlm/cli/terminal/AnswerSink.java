package org.blossomlm.cli.terminal;

import java.util.function.IntSupplier;

/** Where the text of an answer goes while it is made. */
public interface AnswerSink {
  /** Takes the next piece of text, of any size. */
  void write(String text);

  /** The answer is complete: shows what was held back and ends the last line. */
  void end();

  /** Text as it is, for pipes and files. */
  static AnswerSink plain(Output output) {
    return new AnswerSink() {
      private boolean atLineStart = true;

      @Override
      public void write(String text) {
        if (!text.isEmpty()) {
          output.print(text);
          atLineStart = text.endsWith("\n");
        }
      }

      @Override
      public void end() {
        if (!atLineStart) {
          output.print("\n");
          atLineStart = true;
        }
      }
    };
  }

  /** Markdown rendered lightly, wrapped to {@code columns} (0 leaves wrapping to the terminal). */
  static AnswerSink markdown(Output output, IntSupplier columns) {
    return new MarkdownRenderer(new StyledWriter(output, columns));
  }
}
