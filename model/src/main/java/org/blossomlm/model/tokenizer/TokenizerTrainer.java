package org.blossomlm.model.tokenizer;

import java.text.Normalizer.Form;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.blossomlm.model.ModelException;

/**
 * Trains a byte-level BPE vocabulary on text: GPT-2's algorithm with the pre-tokenizer of any model
 * that {@link KnownPreTokenizer} knows. The same texts give the merges that Hugging Face's {@code
 * BpeTrainer} gives with the whole byte alphabet as its initial one. Ids: special tokens, bytes in
 * the order of the characters that spell them, merges.
 *
 * <p>Texts stream through; what is kept is how often each word occurs, and when the words together
 * have more than {@link Options#wordBytes} bytes, the rarest are forgotten. Not for use by several
 * threads.
 */
public final class TokenizerTrainer implements AutoCloseable {
  /** Characters that are split into words as one piece of work. */
  private static final int CHARS_AT_ONCE = 1 << 20;

  /** A longer word is cut: nothing is learnt from a megabyte without a space. */
  private static final int LONGEST_WORD = 1 << 14;

  private final Options options;
  private final PreTokenizer preTokenizer;
  private final ExecutorService workers;
  private final Queue<Future<WordCounts>> counting = new ArrayDeque<>();
  private WordCounts words = new WordCounts();
  private List<String> waiting = new ArrayList<>();
  private long waitingChars;
  private long forgotten;

  /**
   * @param preTokenizer a name that {@link KnownPreTokenizer} knows: {@code qwen2}, {@code
   *     llama-bpe}, {@code gpt-2}, ...
   * @param vocabularySize tokens in all; at least the special tokens and 256
   * @param specialTokens get the first ids
   * @param leastCount how often a pair has to occur to be merged
   * @param threads that split text into words
   * @param wordBytes what the distinct words may have together
   */
  public record Options(
      String preTokenizer,
      int vocabularySize,
      List<String> specialTokens,
      long leastCount,
      int threads,
      int wordBytes) {
    private static final int DEFAULT_WORD_BYTES = 64 << 20;

    public Options {
      specialTokens = List.copyOf(specialTokens);
      if (new HashSet<>(specialTokens).size() < specialTokens.size()
          || specialTokens.contains("")) {
        throw new ModelException(
            "special tokens must be different and not empty: " + specialTokens);
      }
      int least = 256 + specialTokens.size();
      if (vocabularySize < least) {
        throw new ModelException(
            "a vocabulary of %d is too small: 256 bytes and %d special tokens are %d"
                .formatted(vocabularySize, specialTokens.size(), least));
      }
      if (leastCount < 1 || threads < 1 || wordBytes < 1 << 10) {
        throw new IllegalArgumentException(
            "least count %d, %d threads, %d bytes".formatted(leastCount, threads, wordBytes));
      }
    }

    /** With Qwen2's pre-tokenizer and the tokens of ChatML. */
    public static Options of(int vocabularySize) {
      return new Options(
          "qwen2",
          vocabularySize,
          List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
          2,
          Runtime.getRuntime().availableProcessors(),
          DEFAULT_WORD_BYTES);
    }

    public Options withPreTokenizer(String preTokenizer) {
      return new Options(
          preTokenizer, vocabularySize, specialTokens, leastCount, threads, wordBytes);
    }

    public Options withSpecialTokens(List<String> specialTokens) {
      return new Options(
          preTokenizer, vocabularySize, specialTokens, leastCount, threads, wordBytes);
    }

    public Options withLeastCount(long leastCount) {
      return new Options(
          preTokenizer, vocabularySize, specialTokens, leastCount, threads, wordBytes);
    }

    public Options withThreads(int threads) {
      return new Options(
          preTokenizer, vocabularySize, specialTokens, leastCount, threads, wordBytes);
    }

    public Options withWordBytes(int wordBytes) {
      return new Options(
          preTokenizer, vocabularySize, specialTokens, leastCount, threads, wordBytes);
    }
  }

  /**
   * @throws ModelException if the pre-tokenizer is not known
   */
  public TokenizerTrainer(Options options) {
    this.options = options;
    Optional<PreTokenizer> known = PreTokenizer.named(options.preTokenizer());
    this.preTokenizer =
        known.orElseThrow(() ->
            new ModelException(
                "unknown pre-tokenizer \"%s\"; known are: %s"
                    .formatted(options.preTokenizer(), String.join(", ", PreTokenizer.names()))));
    this.workers = Executors.newFixedThreadPool(options.threads());
  }

  /** Counts the words of a text. No word reaches from one text into another. */
  public void add(String text) {
    if (text.isEmpty()) {
      return;
    }
    waiting.add(text);
    waitingChars += text.length();
    if (waitingChars >= CHARS_AT_ONCE) {
      submit();
    }
  }

  private void submit() {
    List<String> texts = waiting;
    waiting = new ArrayList<>();
    waitingChars = 0;
    counting.add(workers.submit(() -> count(texts)));
    while (counting.size() > 2 * options.threads()) {
      collect();
    }
  }

  private WordCounts count(List<String> texts) {
    WordCounts counts = new WordCounts();
    for (String text : texts) {
      String normal = preTokenizer.nfc() ? UnicodeNormalization.normalize(text, Form.NFC) : text;
      char[] chars = normal.toCharArray();
      preTokenizer
          .chain()
          .split(chars, 0, chars.length, (s, from, to) -> word(counts, s, from, to));
    }
    return counts;
  }

  private static void word(WordCounts counts, char[] chars, int from, int to) {
    for (int start = from; start < to; ) {
      int end = Math.min(to, start + LONGEST_WORD);
      if (end < to && Character.isLowSurrogate(chars[end])) {
        end--;
      }
      byte[] bytes = PairMerger.utf8(chars, start, end);
      counts.add(bytes, 0, bytes.length, 1);
      start = end;
    }
  }

  private void collect() {
    try {
      words.addAll(counting.remove().get());
    } catch (ExecutionException e) {
      throw new IllegalStateException("words cannot be counted", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while words were counted");
    }
    for (long most = 1; words.byteSize() > options.wordBytes(); most *= 2) {
      int before = words.size();
      words = words.without(most);
      forgotten += before - words.size();
    }
  }

  /** Words that were forgotten because there were too many different ones. */
  public long forgottenWords() {
    return forgotten;
  }

  /**
   * Makes the vocabulary of all texts so far.
   *
   * @param progress is told the number of tokens so far
   * @throws ModelException if there was no text
   */
  public TrainedVocabulary train(IntConsumer progress) {
    if (!waiting.isEmpty()) {
      submit();
    }
    while (!counting.isEmpty()) {
      collect();
    }
    if (words.size() == 0) {
      throw new ModelException("there is no text to train a tokenizer on");
    }
    List<String> tokens = new ArrayList<>(options.specialTokens());
    List<String> alphabet = PairMerger.alphabet();
    int[] byteIds = new int[256];
    for (int b = 0; b < 256; b++) {
      byteIds[b] = tokens.size() + alphabet.indexOf(String.valueOf(ByteAlphabet.charOf(b)));
    }
    tokens.addAll(alphabet);
    PairMerger.Result result =
        new PairMerger(words, tokens, byteIds)
            .run(options.vocabularySize(), options.leastCount(), progress);
    return new TrainedVocabulary(preTokenizer, options.specialTokens().size(), result);
  }

  /** Ends the threads. */
  @Override
  public void close() {
    workers.shutdownNow();
  }
}
