package org.blossomlm.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Megabytes per second on one core: {@code TokenizerThroughput tokenizer.json...}. The text is made
 * of the words of the vocabulary, frequent ones (small ids) more often, as Zipf's law has it.
 */
final class TokenizerThroughput {
  private static final int BYTES = 1_000_000;
  private static final int ROUNDS = 50;

  private TokenizerThroughput() {}

  /** Prints loading time and speed for each file. */
  public static void main(String[] args) {
    for (String arg : args) {
      long start = System.nanoTime();
      Tokenizer tokenizer = Tokenizer.fromJson(Path.of(arg));
      System.out.printf(
          "%s: %s, loaded in %.2f s%n", arg, tokenizer, (System.nanoTime() - start) / 1e9);
      measure("English", tokenizer, english(tokenizer));
      measure("Chinese", tokenizer, chinese(tokenizer));
      measure("mixed, random", tokenizer, mixed());
      measure("one letter", tokenizer, "a".repeat(1_000_000));
      measure("spaces", tokenizer, " ".repeat(1_000_000));
      measure("one character", tokenizer, "\u4E2D".repeat(400_000));
      measure("no spaces", tokenizer, english(tokenizer).replace(" ", ""));
    }
  }

  private static void measure(String name, Tokenizer tokenizer, String text) {
    double best = 0;
    int tokens = 0;
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      tokens = tokenizer.encode(text).length;
      best = Math.max(best, bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
    }
    System.out.printf(
        "  %-14s %6.1f MB/s  (%.2f bytes a token)%n", name, best, (double) bytes / tokens);
  }

  private static String english(Tokenizer tokenizer) {
    List<String> words = words(tokenizer, c -> c < 0x80 && Character.isLetter(c), 3);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    StringBuilder text = new StringBuilder();
    while (text.length() < BYTES) {
      String word = zipf(words, random);
      text.append(random.nextInt(30) == 0 ? "\n" : " ").append(word);
      if (random.nextInt(10) == 0) {
        text.append(random.nextBoolean() ? "," : ".");
      }
    }
    return text.toString();
  }

  private static String chinese(Tokenizer tokenizer) {
    List<String> words = words(tokenizer, c -> c >= 0x4E00 && c <= 0x9FFF, 1);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(2);
    StringBuilder text = new StringBuilder();
    while (text.length() < BYTES / 3) {
      text.append(zipf(words, random));
      if (random.nextInt(7) == 0) {
        text.append(random.nextBoolean() ? "\uFF0C" : "\u3002");
      }
    }
    return text.toString();
  }

  private static String mixed() {
    RandomText random = new RandomText(3);
    StringBuilder text = new StringBuilder();
    while (text.length() < BYTES / 2) {
      text.append(random.next(50));
    }
    return text.toString();
  }

  private static List<String> words(Tokenizer tokenizer, IntPredicate letters, int shortest) {
    List<String> words = new ArrayList<>();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      String word = new String(tokenizer.bytes(id), StandardCharsets.UTF_8).strip();
      if (word.length() >= shortest && word.codePoints().allMatch(letters)) {
        words.add(word);
      }
    }
    return words;
  }

  private static String zipf(List<String> words, RandomGenerator random) {
    return words.get((int) (Math.pow(words.size(), random.nextDouble()) - 1));
  }
}
