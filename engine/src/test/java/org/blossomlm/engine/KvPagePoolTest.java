package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.engine.KvLayout.PAGE_TOKENS;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.blossomlm.engine.kernels.KvType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KvPagePoolTest {
  private static final KvLayout LAYOUT = new KvLayout(KvType.F16, 2, 1, 32);
  private static final int PAGES = 4;

  private final KvPagePool pool = new KvPagePool(LAYOUT, PAGES * LAYOUT.pageBytes() + 1);

  @AfterEach
  void close() {
    pool.close();
    assertThat(pool.allocated()).isZero();
  }

  private KvPage take() {
    return Objects.requireNonNull(pool.take());
  }

  private static int[] tokens(int first, int count) {
    return IntStream.range(first, first + count).toArray();
  }

  /** Publishes pages for {@code tokens} and lets go of them, the last one first. */
  private List<KvPage> keep(int[] tokens) {
    List<KvPage> chain = new ArrayList<>();
    for (int from = 0; from < tokens.length; from += PAGE_TOKENS) {
      KvPage previous = chain.isEmpty() ? null : chain.getLast();
      int to = Math.min(tokens.length, from + PAGE_TOKENS);
      chain.add(pool.publish(previous, take(), tokens, from, to));
    }
    chain.reversed().forEach(pool::release);
    return chain;
  }

  private int find(int[] tokens, List<KvPage> found) {
    return pool.find(null, tokens, 0, tokens.length, found);
  }

  private int findAndRelease(int[] tokens) {
    List<KvPage> found = new ArrayList<>();
    int length = find(tokens, found);
    found.reversed().forEach(pool::release);
    return length;
  }

  @Test
  void pages_are_had_up_to_the_budget() {
    List<KvPage> pages = IntStream.range(0, PAGES).mapToObj(i -> take()).toList();
    assertThat(pages)
        .allSatisfy(page -> {
          assertThat(page.memory.byteSize()).isEqualTo(LAYOUT.pageBytes());
          assertThat(page.memory.address() % 64).isZero();
        });
    assertThat(pool.available()).isZero();
    assertThat(pool.take()).isNull();
    pages.forEach(pool::release);
    assertThat(pool.available()).isEqualTo(PAGES);
  }

  @Test
  void memory_that_holds_nothing_anybody_could_ask_for_is_freed_at_once() {
    KvPage page = take();
    assertThat(pool.allocated()).isEqualTo(1);
    pool.release(page);
    assertThat(pool.allocated()).isZero();
    assertThat(page.memory.scope().isAlive()).isFalse();
  }

  @Test
  void a_kept_prefix_is_found_by_its_tokens_page_after_page() {
    int[] prompt = tokens(0, 2 * PAGE_TOKENS);
    List<KvPage> kept = keep(prompt);
    assertThat(pool.kept()).isEqualTo(2);
    List<KvPage> found = new ArrayList<>();
    assertThat(find(prompt, found)).isEqualTo(2 * PAGE_TOKENS);
    assertThat(found).isEqualTo(kept);
    assertThat(pool.kept()).isZero();
    found.reversed().forEach(pool::release);
  }

  @Test
  void the_same_tokens_after_others_are_not_the_same_prefix() {
    keep(tokens(0, 2 * PAGE_TOKENS));
    assertThat(findAndRelease(tokens(PAGE_TOKENS, PAGE_TOKENS))).isZero();
  }

  @Test
  void the_beginning_of_a_page_is_found_as_far_as_it_agrees() {
    int[] prompt = tokens(0, 2 * PAGE_TOKENS);
    keep(prompt);
    int[] other = prompt.clone();
    other[PAGE_TOKENS + 10] = -1;
    assertThat(findAndRelease(other)).isEqualTo(PAGE_TOKENS + 10);
    assertThat(findAndRelease(tokens(0, 7))).isEqualTo(7);
  }

  @Test
  void of_several_pages_the_one_that_agrees_longest_is_found() {
    int[] prompt = tokens(0, PAGE_TOKENS);
    for (int same : new int[] {5, 40, 20}) {
      int[] other = prompt.clone();
      other[same] = -same;
      keep(other);
    }
    assertThat(findAndRelease(prompt)).isEqualTo(40);
  }

  @Test
  void two_that_compute_the_same_page_keep_one_of_them() {
    int[] prompt = tokens(0, PAGE_TOKENS);
    KvPage first = pool.publish(null, take(), prompt, 0, PAGE_TOKENS);
    KvPage second = pool.publish(null, take(), prompt, 0, PAGE_TOKENS);
    assertThat(second).isSameAs(first);
    assertThat(pool.allocated()).isEqualTo(1);
    pool.release(first);
    assertThat(pool.kept()).isZero();
    pool.release(second);
    assertThat(pool.kept()).isEqualTo(1);
  }

  @Test
  void a_longer_tail_takes_the_place_of_a_shorter_one() {
    keep(tokens(0, 20));
    keep(tokens(0, 50));
    assertThat(pool.allocated()).isEqualTo(1);
    keep(tokens(0, 30));
    assertThat(pool.allocated()).isEqualTo(1);
    assertThat(findAndRelease(tokens(0, 60))).isEqualTo(50);
  }

  @Test
  void the_prefix_unused_for_longest_makes_room_its_end_first() {
    int[] oldest = tokens(0, 2 * PAGE_TOKENS);
    int[] newest = tokens(1000, 2 * PAGE_TOKENS);
    keep(oldest);
    keep(newest);
    KvPage first = take();
    assertThat(findAndRelease(oldest)).isEqualTo(PAGE_TOKENS); // It is the newest now.
    KvPage second = take();
    assertThat(findAndRelease(newest)).isEqualTo(PAGE_TOKENS);
    assertThat(findAndRelease(oldest)).isEqualTo(PAGE_TOKENS);
    assertThat(pool.allocated()).isEqualTo(PAGES);
    pool.release(first);
    pool.release(second);
  }

  @Test
  void a_page_that_is_held_is_never_taken() {
    int[] prompt = tokens(0, PAGES * PAGE_TOKENS);
    keep(prompt);
    List<KvPage> found = new ArrayList<>();
    find(prompt, found);
    assertThat(pool.take()).isNull();
    found.reversed().forEach(pool::release);
  }

  @Test
  void who_wants_to_write_to_a_shared_page_gets_another_one() {
    KvPage shared = pool.publish(null, take(), tokens(0, PAGE_TOKENS), 0, PAGE_TOKENS);
    KvPage copy = Objects.requireNonNull(pool.takeInsteadOf(shared));
    assertThat(copy).isNotSameAs(shared);
    pool.release(copy);
    pool.release(shared);
  }

  @Test
  void without_room_the_only_holder_of_a_page_has_it_to_itself_and_it_is_forgotten() {
    int[] prompt = tokens(0, PAGE_TOKENS);
    KvPage shared = pool.publish(null, take(), prompt, 0, PAGE_TOKENS);
    List<KvPage> others = IntStream.range(1, PAGES).mapToObj(i -> take()).toList();
    assertThat(pool.takeInsteadOf(shared)).isSameAs(shared);
    assertThat(findAndRelease(prompt)).isZero();

    KvPage again = pool.publish(null, shared, prompt, 0, PAGE_TOKENS);
    List<KvPage> second = new ArrayList<>();
    find(prompt, second);
    assertThat(pool.takeInsteadOf(again)).as("held twice").isNull();
    second.forEach(pool::release);
    pool.release(again);
    others.forEach(pool::release);
  }

  @Test
  void what_others_hold_already_is_not_missing() {
    int[] prompt = tokens(0, 3 * PAGE_TOKENS);
    keep(tokens(0, 2 * PAGE_TOKENS));
    assertThat(pool.missing(prompt, prompt.length)).as("kept pages can be lost").isEqualTo(3);
    List<KvPage> found = new ArrayList<>();
    find(prompt, found);
    assertThat(pool.missing(prompt, prompt.length)).isEqualTo(1);
    found.reversed().forEach(pool::release);
  }

  @Test
  void freed_pages_go_back_to_the_system() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.isReadable(status), "resident memory is only told by Linux");
    KvLayout large = new KvLayout(KvType.F16, 28, 2, 256);
    long bytes = 120 * large.pageBytes();
    try (KvPagePool other = new KvPagePool(large, bytes)) {
      long before = resident(status);
      List<KvPage> pages = new ArrayList<>();
      for (KvPage page = other.take(); page != null; page = other.take()) {
        pages.add(page);
      }
      long filled = resident(status) - before;
      assertThat(filled).isGreaterThan(bytes / 2);
      Collections.shuffle(pages, new Random(1));
      pages.forEach(other::release);
      assertThat(resident(status) - before).isLessThan(filled / 2);
    }
  }

  private static long resident(Path status) throws IOException {
    return Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum()
        << 10;
  }
}
