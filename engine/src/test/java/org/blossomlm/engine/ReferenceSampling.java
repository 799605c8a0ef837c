package org.blossomlm.engine;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The sampling steps as their papers write them: slow, and with a list per step. */
final class ReferenceSampling {
  private ReferenceSampling() {}

  /** A token that may still be drawn. */
  record Token(int id, double logit) {}

  private static final Comparator<Token> LIKELIEST_FIRST =
      Comparator.comparingDouble(Token::logit).reversed().thenComparingInt(Token::id);

  static List<Token> all(float[] logits) {
    return IntStream.range(0, logits.length)
        .filter(id -> logits[id] > Float.NEGATIVE_INFINITY)
        .mapToObj(id -> new Token(id, logits[id]))
        .sorted(LIKELIEST_FIRST)
        .toList();
  }

  static List<Token> topK(List<Token> tokens, int k) {
    return k <= 0 ? tokens : tokens.subList(0, Math.min(k, tokens.size()));
  }

  static List<Token> topP(List<Token> tokens, double mass) {
    return mass >= 1 ? tokens : smallestSet(tokens, probabilities(tokens, 1), mass);
  }

  static List<Token> typicalP(List<Token> tokens, double mass) {
    if (mass >= 1) {
      return tokens;
    }
    double[] p = probabilities(tokens, 1);
    double entropy = 0;
    for (double probability : p) {
      entropy -= probability == 0 ? 0 : probability * Math.log(probability);
    }
    double h = entropy;
    int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> Math.abs(-Math.log(p[i]) - h))
                    .thenComparingInt(i -> tokens.get(i).id()))
            .mapToInt(i -> i)
            .toArray();
    List<Token> kept =
        smallestSet(
            IntStream.of(order).mapToObj(tokens::get).toList(),
            IntStream.of(order).mapToDouble(i -> p[i]).toArray(),
            mass);
    return kept.stream().sorted(LIKELIEST_FIRST).toList();
  }

  private static List<Token> smallestSet(List<Token> tokens, double[] p, double mass) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i];
      if (sum >= mass) {
        return tokens.subList(0, i + 1);
      }
    }
    return tokens;
  }

  static List<Token> minP(List<Token> tokens, double share) {
    double[] p = probabilities(tokens, 1);
    return IntStream.range(0, p.length)
        .filter(i -> p[i] >= share * p[0])
        .mapToObj(tokens::get)
        .toList();
  }

  static double[] probabilities(List<Token> tokens, double temperature) {
    double max = tokens.stream().mapToDouble(Token::logit).max().orElseThrow();
    double[] p =
        tokens.stream().mapToDouble(t -> Math.exp((t.logit() - max) / temperature)).toArray();
    double total = IntStream.range(0, p.length).mapToDouble(i -> p[i]).sum();
    return IntStream.range(0, p.length).mapToDouble(i -> p[i] / total).toArray();
  }

  static float[] penalised(
      float[] logits, List<Integer> history, int window, float repeat, float presence, float freq) {
    Deque<Integer> recent = new ArrayDeque<>(history);
    while (recent.size() > window) {
      recent.removeFirst();
    }
    float[] result = logits.clone();
    for (int id = 0; id < logits.length; id++) {
      int token = id;
      long count = recent.stream().filter(seen -> seen == token).count();
      if (count > 0) {
        result[id] = result[id] > 0 ? result[id] / repeat : result[id] * repeat;
        result[id] = result[id] - count * freq - presence;
      }
    }
    return result;
  }

  /** Logits of many shapes: peaked, flat, with ties, with ruled-out tokens. */
  static float[] randomLogits(SplittableRandom random, int size) {
    double spread = List.of(0.1, 1.0, 3.0, 10.0).get(random.nextInt(4));
    boolean ties = random.nextInt(3) == 0;
    boolean holes = random.nextInt(4) == 0;
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      double logit = random.nextDouble(-1, 1) * spread + random.nextDouble(-1, 1) * spread;
      logits[i] = (float) (ties ? Math.rint(logit * 2) / 2 + 0.0 : logit);
      if (holes && random.nextInt(5) == 0) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
    logits[random.nextInt(size)] = (float) spread;
    return logits;
  }
}
