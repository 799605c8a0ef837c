package org.blossomlm.train.loop;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.nn.TinyModels;

/** Batches that follow from their number. */
final class RepeatedSamples implements MicroBatchSource {
  private final int size;
  private int next;

  RepeatedSamples(int size) {
    this.size = size;
  }

  static MicroBatch batch(int number) {
    var random = new Random(number);
    return TinyModels.batch(
        IntStream.range(0, 2)
            .mapToObj(
                row -> List.of(TinyModels.sample(6 + row, random), TinyModels.sample(5, random)))
            .toList());
  }

  @Override
  public Optional<MicroBatch> next() {
    return next < size ? Optional.of(batch(next++)) : Optional.empty();
  }

  @Override
  public String position() {
    return Integer.toString(next);
  }

  @Override
  public void restore(String position) {
    next = Integer.parseInt(position);
  }
}
