package org.blossomlm.model.tokenizer;

import java.util.List;

/** Several splitters, each cutting the pieces of the one before. */
final class SplitterChain {
  /** Text that is merged as one. */
  static final SplitterChain WHOLE = new SplitterChain(List.of());

  private final Splitter[] steps;

  SplitterChain(List<Splitter> steps) {
    this.steps = steps.toArray(new Splitter[0]);
  }

  /** Hands over every final piece of {@code [from, to)}, in order. */
  void split(char[] text, int from, int to, PieceConsumer consumer) {
    split(0, text, from, to, consumer);
  }

  private void split(int step, char[] text, int from, int to, PieceConsumer consumer) {
    if (step == steps.length) {
      if (from < to) {
        consumer.accept(text, from, to);
      }
      return;
    }
    Splitter splitter = steps[step];
    int start = from;
    while (start < to) {
      int end = splitter.next(text, start, to);
      split(step + 1, text, start, end, consumer);
      start = end;
    }
  }

  /** Receives a piece. */
  @FunctionalInterface
  interface PieceConsumer {
    void accept(char[] text, int from, int to);
  }
}
