package org.blossomlm.train.run;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.BatchAssembler;
import org.blossomlm.train.example.DataOrder;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.loop.MicroBatchSource;
import org.jspecify.annotations.Nullable;

/** The micro-batches of some epochs, one after the other. */
final class OrderedBatches implements MicroBatchSource {
  private final DataOrder order;
  private final BatchAssembler assembler;
  private final long total;

  private DataOrder.Position position = DataOrder.Position.START;
  private long seen;
  private DataOrder.@Nullable Epoch epoch;

  /**
   * @param total micro-batches until the end
   */
  OrderedBatches(DataOrder order, BatchAssembler assembler, long total) {
    this.order = order;
    this.assembler = assembler;
    this.total = total;
  }

  /**
   * Micro-batches of a number of epochs, of which the last may be a part. Epochs differ where
   * samples share rows.
   */
  static long count(DataOrder order, double epochs) {
    long whole = (long) epochs;
    long count = 0;
    for (int i = 0; i < whole; i++) {
      count += order.epoch(i).batches();
    }
    double rest = epochs - whole;
    return rest > 0 ? count + (long) Math.ceil(rest * order.epoch((int) whole).batches()) : count;
  }

  /** All micro-batches of one epoch, each made when it is asked for. */
  static Iterable<MicroBatch> all(DataOrder order, BatchAssembler assembler) {
    DataOrder.Epoch only = order.epoch(0);
    return () -> {
      Iterator<MicroBatch> batches =
          IntStream.range(0, only.batches())
              .mapToObj(batch -> assembler.assemble(only.rows(batch)))
              .iterator();
      return batches;
    };
  }

  @Override
  public Optional<MicroBatch> next() {
    if (seen >= total) {
      return Optional.empty();
    }
    DataOrder.Epoch current = current();
    if (position.batch() >= current.batches()) {
      position = new DataOrder.Position(position.epoch() + 1, 0);
      current = current();
    }
    MicroBatch batch = assembler.assemble(current.rows(position.batch()));
    position = new DataOrder.Position(position.epoch(), position.batch() + 1);
    seen++;
    return Optional.of(batch);
  }

  private DataOrder.Epoch current() {
    DataOrder.Epoch known = epoch;
    if (known == null || known.number() != position.epoch()) {
      known = order.epoch(position.epoch());
      epoch = known;
    }
    return known;
  }

  @Override
  public String position() {
    return "%d %d %d".formatted(position.epoch(), position.batch(), seen);
  }

  @Override
  public void restore(String text) {
    try {
      List<Long> numbers = new ArrayList<>();
      for (String number : text.split(" ", -1)) {
        numbers.add(Long.parseLong(number));
      }
      if (numbers.size() == 3) {
        position =
            new DataOrder.Position(
                Math.toIntExact(numbers.get(0)), Math.toIntExact(numbers.get(1)));
        seen = numbers.get(2);
        return;
      }
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new TrainException(notAPosition(text), e);
    }
    throw new TrainException(notAPosition(text));
  }

  private static String notAPosition(String text) {
    return "the checkpoint has no place in the data, but \"%s\"; remove it".formatted(text);
  }
}
