package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are made by several threads, and what becomes of them is as if one had made them. */
class RowPipelineTest {
  /** So long that every row is a chunk of its own. */
  private static final long COLUMNS = 1 << 20;

  private static byte[] written(int threads, long rows, RowPipeline.ChunkMaker maker)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var pipeline = new RowPipeline(threads, rows, ConversionProgress.NONE)) {
      pipeline.write("matrix", rows, COLUMNS, maker, Channels.newChannel(bytes));
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void rows_are_written_in_their_order(int threads) throws IOException {
    byte[] rows =
        written(
            threads,
            100,
            (from, to) -> {
              if (from % 3 == 0) {
                Thread.yield();
              }
              return new byte[] {(byte) from};
            });
    assertThat(rows).hasSize(100);
    for (int row = 0; row < rows.length; row++) {
      assertThat(rows[row]).isEqualTo((byte) row);
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new ConversionException("a number that is too large"),
        new IllegalStateException("a defect"),
        new StackOverflowError(),
        new OutOfMemoryError("Java heap space"),
        new InternalError("a fault occurred in an unsafe memory access operation"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void what_fails_on_a_thread_is_thrown_as_it_is(Throwable failure) {
    assertThatThrownBy(() ->
            written(
                2,
                100,
                (from, to) -> {
                  if (from == 50) {
                    switch (failure) {
                      case RuntimeException e -> throw e;
                      case Error e -> throw e;
                      default -> throw new AssertionError(failure);
                    }
                  }
                  return new byte[1];
                }))
        .isSameAs(failure);
  }

  @Test
  void a_matrix_without_rows_is_nothing() throws IOException {
    assertThat(written(2, 0, (from, to) -> new byte[1])).isEmpty();
  }
}
