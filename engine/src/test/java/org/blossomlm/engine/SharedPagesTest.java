package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.engine.KvLayout.PAGE_TOKENS;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.engine.kernels.ScalarKernels;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sequences share pages, and none can tell from its logits. */
class SharedPagesTest {
  private static final long SEED = 20251125;
  private static final int CONTEXT = 256;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final int[] tokens = random.ints(CONTEXT, 3, 250).toArray();

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void write() {
    file = TinyModel.writeWide(folder.resolve("wide.gguf"), "qwen2", TensorType.Q8_0, SEED);
  }

  private LoadedDecoder decoder(KvType type, int pages) {
    Kernels kernels = KernelProvider.choose(Optional.of("vector")).kernels();
    long page = KvLayout.of(architecture(), type).pageBytes();
    return new LoadedDecoder(file, kernels, 1, type, pages * page);
  }

  private Architecture architecture() {
    try (LoadedDecoder any = new LoadedDecoder(file, new ScalarKernels(), 1)) {
      return any.decoder.architecture();
    }
  }

  private static float[] evaluate(Sequence sequence, int[] tokens, int from, int to) {
    return LoadedDecoder.evaluate(sequence, tokens, from, to).clone();
  }

  /** The logits after {@code tokens} of a sequence that shares nothing. */
  private float[] alone(KvType type, int[] tokens, int length) {
    try (LoadedDecoder other = decoder(type, 8);
        Sequence sequence = other.sequence(CONTEXT, CONTEXT)) {
      return evaluate(sequence, tokens, 0, length);
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void what_a_closed_sequence_has_computed_is_taken_over_to_the_bit(KvType type) {
    try (LoadedDecoder loaded = decoder(type, 8)) {
      try (Sequence first = loaded.sequence(CONTEXT, CONTEXT)) {
        evaluate(first, tokens, 0, 200);
      }
      assertThat(loaded.pages.kept()).isEqualTo(4);
      try (Sequence second = loaded.sequence(CONTEXT, CONTEXT)) {
        assertThat(second.reuse(tokens, 199)).isEqualTo(199);
        assertThat(evaluate(second, tokens, 199, 200)).containsExactly(alone(type, tokens, 200));
        assertThat(second.tokenAt(150)).isEqualTo(tokens[150]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void sequences_that_part_after_a_common_beginning_do_not_disturb_each_other(KvType type) {
    int[] other = tokens.clone();
    Arrays.fill(other, 100, CONTEXT, 7);
    try (LoadedDecoder loaded = decoder(type, 12);
        Sequence first = loaded.sequence(CONTEXT, CONTEXT);
        Sequence second = loaded.sequence(CONTEXT, CONTEXT)) {
      evaluate(first, tokens, 0, 150);
      assertThat(second.reuse(other, 149)).as("the full pages that agree").isEqualTo(100);
      assertThat(loaded.pages.allocated()).isEqualTo(3);
      assertThat(evaluate(second, other, 100, 150)).containsExactly(alone(type, other, 150));
      assertThat(loaded.pages.allocated()).as("one copied, one new").isEqualTo(5);
      assertThat(evaluate(first, tokens, 150, 151)).containsExactly(alone(type, tokens, 151));
    }
  }

  @Test
  void going_back_into_a_shared_page_copies_it_and_leaves_it_to_others() {
    int[] other = tokens.clone();
    Arrays.fill(other, 70, CONTEXT, 9);
    try (LoadedDecoder loaded = decoder(KvType.F16, 8);
        Sequence sequence = loaded.sequence(CONTEXT, CONTEXT);
        Sequence later = loaded.sequence(CONTEXT, CONTEXT)) {
      evaluate(sequence, tokens, 0, 128);
      sequence.truncate(70);
      assertThat(evaluate(sequence, other, 70, 90)).containsExactly(alone(KvType.F16, other, 90));
      assertThat(later.reuse(tokens, 127)).isEqualTo(127);
      assertThat(evaluate(later, tokens, 127, 128)).containsExactly(alone(KvType.F16, tokens, 128));
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void a_shift_leaves_shared_pages_to_the_others_and_what_it_touched_is_not_shared(KvType type) {
    float[] expected;
    try (LoadedDecoder loaded = decoder(type, 8);
        Sequence lone = loaded.sequence(CONTEXT, CONTEXT)) {
      evaluate(lone, tokens, 0, 200);
      lone.shift(10, 90);
      expected = evaluate(lone, tokens, 200, 201);
    }
    try (LoadedDecoder loaded = decoder(type, 12);
        Sequence shifted = loaded.sequence(CONTEXT, CONTEXT);
        Sequence other = loaded.sequence(CONTEXT, CONTEXT)) {
      evaluate(shifted, tokens, 0, 200);
      other.reuse(tokens, 200);
      shifted.shift(10, 90);
      assertThat(evaluate(shifted, tokens, 200, 201)).containsExactly(expected);
      int end = other.length();
      assertThat(evaluate(other, tokens, end, 200)).containsExactly(alone(type, tokens, 200));
      int[] now = new int[111];
      Arrays.setAll(now, shifted::tokenAt);
      assertThat(shifted.reuse(now, 111))
          .as("the rest is not what computing it gives")
          .isEqualTo(10);
    }
  }

  @Test
  void a_full_pool_refuses_and_leaves_the_sequence_usable() {
    try (LoadedDecoder loaded = decoder(KvType.F16, 4);
        Sequence first = loaded.sequence(CONTEXT, CONTEXT)) {
      try (Sequence hog = loaded.sequence(CONTEXT, CONTEXT)) {
        evaluate(hog, tokens, 0, 3 * PAGE_TOKENS);
        int[] other = random.ints(CONTEXT, 3, 250).toArray();
        evaluate(first, other, 0, PAGE_TOKENS);
        assertThatThrownBy(() -> evaluate(first, other, PAGE_TOKENS, PAGE_TOKENS + 1))
            .isInstanceOf(OutOfMemoryException.class)
            .hasMessageContaining("4 pages of 64 tokens");
        assertThat(first.length()).isEqualTo(PAGE_TOKENS);
      }
      int[] other = new int[PAGE_TOKENS + 1];
      Arrays.setAll(other, i -> i < PAGE_TOKENS ? first.tokenAt(i) : 5);
      assertThat(evaluate(first, other, PAGE_TOKENS, PAGE_TOKENS + 1))
          .containsExactly(alone(KvType.F16, other, PAGE_TOKENS + 1));
    }
  }

  @Test
  void one_sequence_fills_its_context_with_no_more_pages_than_that_takes() {
    try (LoadedDecoder loaded = decoder(KvType.F16, CONTEXT / PAGE_TOKENS);
        Sequence sequence = loaded.sequence(CONTEXT, CONTEXT)) {
      for (int round = 0; round < 20; round++) {
        int keep = random.nextInt(sequence.length() + 1);
        if (random.nextBoolean() && sequence.length() > 2) {
          keep = random.nextInt(sequence.length() / 2);
          sequence.shift(keep, random.nextInt(1, sequence.length() / 2));
        } else {
          sequence.truncate(keep);
        }
        int[] more = random.ints(CONTEXT - sequence.length(), 3, 250).toArray();
        evaluate(sequence, more, 0, more.length);
      }
      assertThat(loaded.pages.allocated()).isEqualTo(CONTEXT / PAGE_TOKENS);
    }
  }

  /** What was done to a sequence since it was empty. */
  private static final class Script {
    final List<Object> steps = new ArrayList<>();

    record Shift(int keep, int discard) {}

    record Truncation(int length) {}

    void run(Sequence sequence) {
      for (Object step : steps) {
        switch (step) {
          case int[] more -> evaluate(sequence, more, 0, more.length);
          case Shift(int keep, int discard) -> sequence.shift(keep, discard);
          case Truncation(int length) -> sequence.truncate(length);
          default -> throw new AssertionError(step);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(KvType.class)
  void whatever_sequences_do_each_computes_what_it_would_alone(KvType type) {
    int sequences = 4;
    // Few different texts, so that sequences meet; too few pages for all of them.
    int[][] texts = new int[5][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = tokens.clone();
      int parts = random.nextInt(CONTEXT);
      for (int p = parts; p < CONTEXT; p++) {
        texts[i][p] = 3 + i;
      }
    }
    try (LoadedDecoder loaded = decoder(type, 14);
        LoadedDecoder reference = decoder(type, 8)) {
      List<Sequence> open = new ArrayList<>();
      List<Script> scripts = new ArrayList<>();
      for (int i = 0; i < sequences; i++) {
        open.add(loaded.sequence(CONTEXT, CONTEXT));
        scripts.add(new Script());
      }
      int reused = 0;
      for (int round = 0; round < 250; round++) {
        int at = random.nextInt(sequences);
        Sequence sequence = open.get(at);
        Script script = scripts.get(at);
        switch (random.nextInt(8)) {
          case 0 -> {
            sequence.close();
            open.set(at, loaded.sequence(CONTEXT, CONTEXT));
            script.steps.clear();
          }
          case 1 -> {
            int length = random.nextInt(sequence.length() + 1);
            sequence.truncate(length);
            script.steps.add(new Script.Truncation(length));
          }
          case 2 -> {
            int keep = random.nextInt(sequence.length() + 1);
            int discard = random.nextInt(sequence.length() - keep + 1);
            try {
              sequence.shift(keep, discard);
              script.steps.add(new Script.Shift(keep, discard));
            } catch (OutOfMemoryException e) {
              assertThat(loaded.pages.available()).isZero();
            }
          }
          case 3, 4 -> {
            int[] text = texts[random.nextInt(texts.length)];
            int length = sequence.reuse(text, random.nextInt(CONTEXT));
            reused += length;
            script.steps.clear();
            if (length > 0) {
              script.steps.add(Arrays.copyOf(text, length));
            }
          }
          default -> {
            int from = sequence.length();
            int count = Math.min(CONTEXT - from, 1 + random.nextInt(80));
            if (count > 0) {
              int[] text = texts[random.nextInt(texts.length)];
              int[] more = Arrays.copyOfRange(text, from, from + count);
              float[] logits;
              try {
                logits = evaluate(sequence, more, 0, count);
              } catch (OutOfMemoryException e) {
                assertThat(loaded.pages.available()).isLessThanOrEqualTo(1);
                break;
              }
              script.steps.add(more);
              try (Sequence fresh = reference.sequence(CONTEXT, CONTEXT)) {
                Script before = new Script();
                before.steps.addAll(script.steps.subList(0, script.steps.size() - 1));
                before.run(fresh);
                assertThat(logits)
                    .as("seed %d, round %d", SEED, round)
                    .containsExactly(evaluate(fresh, more, 0, count));
              }
            }
          }
        }
      }
      assertThat(reused).as("sequences met").isGreaterThan(500);
      open.forEach(Sequence::close);
      assertThat(loaded.pages.available()).isEqualTo(14);
      loaded.pages.close();
      assertThat(loaded.pages.allocated()).isZero();
    }
  }

  @Test
  void a_token_allocates_nothing_while_its_page_lasts() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (LoadedDecoder loaded = decoder(KvType.F16, 8);
        KvCache cache = new KvCache(loaded.decoder.architecture(), loaded.pages, CONTEXT)) {
      appendAndPublish(cache, 0, PAGE_TOKENS + 1);
      threads.getCurrentThreadAllocatedBytes();
      long before = threads.getCurrentThreadAllocatedBytes();
      appendAndPublish(cache, PAGE_TOKENS + 1, 2 * PAGE_TOKENS - 1);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(PAGE_TOKENS);
    }
  }

  private void appendAndPublish(KvCache cache, int from, int to) {
    for (int i = from; i < to; i++) {
      cache.reserve(i + 1);
      cache.append(tokens, i, i + 1);
      cache.publish();
    }
  }
}
