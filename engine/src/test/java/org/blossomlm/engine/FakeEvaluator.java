package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A model whose logits are a function of the tokens in the sequence. */
final class FakeEvaluator implements Evaluator {
  private final int contextLength;
  private final int chunkSize;
  private final Function<int[], float[]> model;
  private int[] tokens = {};

  /** Every call, as {@code evaluate 0-4}, {@code truncate 3}, {@code shift 2 5}. */
  final List<String> calls = new ArrayList<>();

  FakeEvaluator(int contextLength, int chunkSize, Function<int[], float[]> model) {
    this.contextLength = contextLength;
    this.chunkSize = chunkSize;
    this.model = model;
  }

  /** A model that is certain of the next token. */
  static FakeEvaluator saying(
      FakeTokenizer tokenizer, int contextLength, int chunkSize, Function<int[], Integer> next) {
    return new FakeEvaluator(
        contextLength,
        chunkSize,
        tokens -> certain(tokenizer.vocabularySize(), next.apply(tokens)));
  }

  /** Says {@code answer} after a prompt of a known length, then ends its turn. */
  static FakeEvaluator answering(
      FakeTokenizer tokenizer, int contextLength, int chunkSize, int promptLength, int... answer) {
    return saying(
        tokenizer,
        contextLength,
        chunkSize,
        tokens -> {
          int at = tokens.length - promptLength;
          return at >= 0 && at < answer.length ? answer[at] : FakeTokenizer.END_OF_TURN;
        });
  }

  static float[] certain(int vocabularySize, int token) {
    float[] logits = new float[vocabularySize];
    Arrays.fill(logits, -20);
    logits[token] = 20;
    return logits;
  }

  int[] tokens() {
    return tokens.clone();
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int length() {
    return tokens.length;
  }

  @Override
  public int chunkSize() {
    return chunkSize;
  }

  @Override
  public int reuse(int[] wanted, int to) {
    int common = 0;
    while (common < Math.min(tokens.length, to) && tokens[common] == wanted[common]) {
      common++;
    }
    if (common < tokens.length) {
      truncate(common);
    }
    return common;
  }

  @Override
  public void truncate(int newLength) {
    assertThat(newLength).isBetween(0, tokens.length);
    calls.add("truncate " + newLength);
    tokens = Arrays.copyOf(tokens, newLength);
  }

  @Override
  public void shift(int keep, int discard) {
    assertThat(keep + discard).isBetween(0, tokens.length);
    calls.add("shift " + keep + " " + discard);
    int[] left = new int[tokens.length - discard];
    System.arraycopy(tokens, 0, left, 0, keep);
    System.arraycopy(tokens, keep + discard, left, keep, left.length - keep);
    tokens = left;
  }

  @Override
  public void evaluate(int[] more, int from, int to, LogitRows logits) {
    assertThat(to - from).isBetween(1, chunkSize);
    assertThat(tokens.length + to - from).isLessThanOrEqualTo(contextLength);
    calls.add("evaluate " + tokens.length + "-" + (tokens.length + to - from));
    int length = tokens.length;
    tokens = Arrays.copyOf(tokens, length + to - from);
    System.arraycopy(more, from, tokens, length, to - from);
    for (int i = to - logits.wanted(); i < to; i++) {
      logits.accept(i - from, model.apply(Arrays.copyOf(tokens, length + i + 1 - from)));
    }
  }
}
