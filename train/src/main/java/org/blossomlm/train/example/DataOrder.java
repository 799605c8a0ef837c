package org.blossomlm.train.example;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * In which batches a run sees its samples. Everything follows from the seed and the number of the
 * epoch, so a run goes on exactly where it was from a {@link Position} alone.
 *
 * <p>A part with weight 1 is seen once in an epoch, with 2 twice, with 0.1 a tenth of it, drawn
 * anew for each epoch.
 */
public final class DataOrder {
  /** Batches that are sorted by length together, where that is asked for. */
  private static final int GROUP_BATCHES = 50;

  private final List<Part> parts;
  private final Settings settings;

  /**
   * @param parts in the order in which their samples are numbered
   */
  public DataOrder(List<Part> parts, Settings settings) {
    this.parts = List.copyOf(parts);
    this.settings = settings;
    long most = 0;
    for (Part part : parts) {
      most += (long) Math.ceil(part.weight() * part.examples().size());
    }
    if (most > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException("an epoch of " + most + " samples is too long");
    }
  }

  /**
   * Samples and how often they are seen in an epoch.
   *
   * @param weight above 0
   */
  public record Part(ExampleSet examples, double weight) {
    public Part {
      if (!(weight > 0) || weight > 1e6) {
        throw new IllegalArgumentException("a weight is above 0, not " + weight);
      }
    }
  }

  /** A sample of a part. */
  public record Place(int part, int index) {}

  /** In which order samples come. */
  public enum Kind {
    SHUFFLED,
    /** Shuffled, but samples of one batch are about as long as each other: less padding. */
    LENGTH_GROUPED,
    /** As they are in the files, part after part. */
    SEQUENTIAL
  }

  /**
   * @param rows of a micro-batch
   * @param packer where several samples share a row
   */
  public record Settings(long seed, Kind kind, int rows, Optional<Packer> packer) {
    public Settings {
      if (rows < 1) {
        throw new IllegalArgumentException("a batch has at least one row, not " + rows);
      }
    }
  }

  /**
   * Where a run is.
   *
   * @param epoch from 0
   * @param batch of the epoch, from 0: the next to be seen
   */
  public record Position(int epoch, int batch) {
    public static final Position START = new Position(0, 0);

    public Position {
      if (epoch < 0 || batch < 0) {
        throw new IllegalArgumentException("epoch %d, batch %d".formatted(epoch, batch));
      }
    }
  }

  /** The batches of an epoch, in order. The last may have fewer rows. */
  public Epoch epoch(int number) {
    int[] order = samples(number);
    SplittableRandom random = random(number, -1);
    if (settings.kind() != Kind.SEQUENTIAL) {
      shuffle(order, random);
    }
    int[] lengths = IntStream.of(order).map(this::length).toArray();
    List<int[]> rows;
    if (settings.packer().isPresent()) {
      rows = settings.packer().get().pack(order, lengths);
    } else {
      if (settings.kind() == Kind.LENGTH_GROUPED) {
        groupByLength(order);
      }
      rows = IntStream.of(order).mapToObj(sample -> new int[] {sample}).toList();
    }
    List<int[][]> batches = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += settings.rows()) {
      batches.add(
          rows.subList(from, Math.min(rows.size(), from + settings.rows())).toArray(new int[0][]));
    }
    if (settings.kind() == Kind.LENGTH_GROUPED && settings.packer().isEmpty()) {
      shuffleBatches(batches, random);
    }
    return new Epoch(number, batches);
  }

  /** The batches of one epoch. */
  public final class Epoch {
    private final int number;
    private final List<int[][]> batches;

    private Epoch(int number, List<int[][]> batches) {
      this.number = number;
      this.batches = batches;
    }

    public int number() {
      return number;
    }

    public int batches() {
      return batches.size();
    }

    /** The samples of the rows of a batch. */
    public List<List<Example>> rows(int batch) {
      return Arrays.stream(batches.get(batch))
          .map(row -> IntStream.of(row).mapToObj(DataOrder.this::example).toList())
          .toList();
    }

    /** Where the samples of the rows of a batch are. */
    public List<List<Place>> places(int batch) {
      return Arrays.stream(batches.get(batch))
          .map(row -> IntStream.of(row).mapToObj(DataOrder.this::place).toList())
          .toList();
    }

    /** Tokens that count in the loss of a batch; what accumulated gradients are divided by. */
    public long learntTokens(int batch) {
      return Arrays.stream(batches.get(batch))
          .flatMapToInt(IntStream::of)
          .mapToLong(sample -> example(sample).learntTokens())
          .sum();
    }
  }

  /** Every sample of an epoch as a number, part after part. */
  private int[] samples(int epoch) {
    List<int[]> chosen = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < parts.size(); i++) {
      int size = parts.get(i).examples().size();
      long wanted = Math.round(parts.get(i).weight() * size);
      int[] all = IntStream.range(first, first + size).toArray();
      for (; wanted >= size && size > 0; wanted -= size) {
        chosen.add(all);
      }
      if (wanted > 0) {
        int[] drawn = all.clone();
        shuffle(drawn, random(epoch, i));
        int[] share = Arrays.copyOf(drawn, (int) wanted);
        Arrays.sort(share);
        chosen.add(share);
      }
      first += size;
    }
    return chosen.stream().flatMapToInt(IntStream::of).toArray();
  }

  private SplittableRandom random(int epoch, int part) {
    SplittableRandom seeds = new SplittableRandom(settings.seed());
    long mixed = seeds.nextLong() ^ (0x9E3779B97F4A7C15L * (epoch + 1L));
    return new SplittableRandom(new SplittableRandom(mixed).nextLong() + part);
  }

  private static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  private void groupByLength(int[] order) {
    int group = Math.multiplyExact(GROUP_BATCHES, settings.rows());
    for (int from = 0; from < order.length; from += group) {
      int to = Math.min(order.length, from + group);
      int[] sorted =
          IntStream.of(Arrays.copyOfRange(order, from, to))
              .boxed()
              .sorted(Comparator.comparingInt((Integer sample) -> -length(sample)))
              .mapToInt(Integer::intValue)
              .toArray();
      System.arraycopy(sorted, 0, order, from, sorted.length);
    }
  }

  /** The last batch stays the last if it is smaller. */
  private void shuffleBatches(List<int[][]> batches, SplittableRandom random) {
    boolean ragged = !batches.isEmpty() && batches.getLast().length < settings.rows();
    int[] order = IntStream.range(0, batches.size() - (ragged ? 1 : 0)).toArray();
    shuffle(order, random);
    List<int[][]> before = List.copyOf(batches);
    for (int i = 0; i < order.length; i++) {
      batches.set(i, before.get(order[i]));
    }
  }

  private int length(int sample) {
    Place place = place(sample);
    return parts.get(place.part()).examples().length(place.index());
  }

  private Example example(int sample) {
    Place place = place(sample);
    return parts.get(place.part()).examples().get(place.index());
  }

  private Place place(int sample) {
    int rest = sample;
    for (int part = 0; part < parts.size(); part++) {
      int size = parts.get(part).examples().size();
      if (rest < size) {
        return new Place(part, rest);
      }
      rest -= size;
    }
    throw new IllegalArgumentException("no sample " + sample);
  }
}
