package org.blossomlm.train.example;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Puts several samples into one row, so that little of a batch is padding. Within a window of
 * samples that follow each other in the order of the epoch, the longest goes first into the row
 * that it fits (first-fit decreasing; at most 11/9 of the fewest rows possible, Johnson 1973).
 * Windows keep the order random: without them the long samples of a data set would come first. The
 * rows of a window come in the order of their earliest samples.
 *
 * <p>Samples in a row do not see each other: each is a {@linkplain MicroBatch#segments segment}.
 *
 * @param length tokens of a row
 * @param window samples that are packed together
 */
public record Packer(int length, int window) {
  public Packer {
    if (length < 1 || window < 1) {
      throw new IllegalArgumentException("rows of %d, windows of %d".formatted(length, window));
    }
  }

  /**
   * Rows of samples.
   *
   * @param order of samples
   * @param lengths tokens of each sample of {@code order}, by its place there; at most {@link
   *     #length}
   * @return elements of {@code order}
   */
  public List<int[]> pack(int[] order, int[] lengths) {
    List<int[]> rows = new ArrayList<>();
    for (int from = 0; from < order.length; from += window) {
      packWindow(order, lengths, from, Math.min(order.length, from + window), rows);
    }
    return rows;
  }

  private void packWindow(int[] order, int[] lengths, int from, int to, List<int[]> rows) {
    int[] places =
        IntStream.range(from, to)
            .boxed()
            .sorted(Comparator.comparingInt((Integer place) -> -lengths[place]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Row> packed = new ArrayList<>();
    FirstFit free = new FirstFit(to - from);
    for (int place : places) {
      if (lengths[place] > length) {
        throw new IllegalArgumentException(
            "a sample of %d tokens does not fit into a row of %d"
                .formatted(lengths[place], length));
      }
      int row = free.first(lengths[place]);
      if (row == packed.size()) {
        packed.add(new Row());
        free.set(row, length);
      }
      packed.get(row).add(place);
      free.set(row, free.get(row) - lengths[place]);
    }
    packed.sort(Comparator.comparingInt(row -> row.earliest));
    for (Row row : packed) {
      rows.add(row.places.stream().sorted().mapToInt(place -> order[place]).toArray());
    }
  }

  private static final class Row {
    final List<Integer> places = new ArrayList<>();
    int earliest = Integer.MAX_VALUE;

    void add(int place) {
      places.add(place);
      earliest = Math.min(earliest, place);
    }
  }

  /**
   * The free space of rows, as a tree of maxima, so that the first row with enough is found in
   * logarithmic time. Rows that are not begun have all the space there is.
   */
  private static final class FirstFit {
    private final int leaves;
    private final int[] most;

    FirstFit(int rows) {
      leaves = Integer.highestOneBit(Math.max(1, 2 * rows - 1));
      most = new int[2 * leaves];
      Arrays.fill(most, Integer.MAX_VALUE);
    }

    int first(int needed) {
      int node = 1;
      while (node < leaves) {
        node = most[2 * node] >= needed ? 2 * node : 2 * node + 1;
      }
      return node - leaves;
    }

    int get(int row) {
      return most[leaves + row];
    }

    void set(int row, int free) {
      int node = leaves + row;
      most[node] = free;
      for (node /= 2; node > 0; node /= 2) {
        most[node] = Math.max(most[2 * node], most[2 * node + 1]);
      }
    }
  }
}
