package org.blossomlm.train.nn;

import java.util.Arrays;
import org.blossomlm.engine.RopeScaling;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A micro-batch as the decoder reads it, on its device.
 *
 * @param tokens {@code [rows, length]}
 * @param cos of the rotary angles, {@code [rows, 1, length, headSize/2]}, times the magnitude; with
 *     {@link #sin}
 * @param mask {@code [rows, 1, length, length]}, true where a token sees another; null where every
 *     row is one sample, possibly with padding behind it, so that causality is all there is
 * @param learnt indices among {@code rows × length} of the tokens that have a target
 * @param targets of these
 */
record BatchTensors(
    int rows,
    int length,
    Tensor tokens,
    Tensor cos,
    Tensor sin,
    @Nullable Tensor mask,
    Tensor learnt,
    Tensor targets,
    int learntCount) {

  static BatchTensors of(MicroBatch batch, DecoderDefinition definition, Compute compute) {
    refuseUnknown(batch, definition.vocabulary());
    int rows = batch.rows();
    int length = batch.length();
    int[] learnt =
        java.util.stream.IntStream.range(0, rows * length)
            .filter(i -> batch.targets()[i] != MicroBatch.IGNORED)
            .toArray();
    int[] targets = Arrays.stream(learnt).map(i -> batch.targets()[i]).toArray();
    RopeScaling rope = definition.architecture().rope();
    Tensor angles =
        TensorData.indices(batch.positions(), rows, 1, length, 1)
            .to(ScalarType.Double)
            .mul(doubles(rope.angles()));
    Scalar magnitude = new Scalar(rope.magnitude());
    return new BatchTensors(
        rows,
        length,
        moved(TensorData.indices(batch.tokens(), rows, length), compute),
        compute.toExact(angles.cos().mul(magnitude)),
        compute.toExact(angles.sin().mul(magnitude)),
        isCausalAlone(batch) ? null : mask(batch, compute),
        moved(TensorData.indices(learnt, learnt.length), compute),
        moved(TensorData.indices(targets, targets.length), compute),
        learnt.length);
  }

  private static void refuseUnknown(MicroBatch batch, int vocabulary) {
    for (int i = 0; i < batch.tokens().length; i++) {
      int token = batch.tokens()[i];
      int target = batch.targets()[i];
      boolean known = target >= 0 && target < vocabulary || target == MicroBatch.IGNORED;
      if (token < 0 || token >= vocabulary || !known) {
        throw new TrainException(
            "the batch has token %d with target %d at %d; the model's vocabulary has %d entries:"
                    .formatted(token, target, i, vocabulary)
                + " the examples were made with another tokenizer");
      }
    }
  }

  private static Tensor moved(Tensor indices, Compute compute) {
    return indices.to(compute.device(), ScalarType.Long);
  }

  private static Tensor doubles(double[] values) {
    try (var pointer = new DoublePointer(values)) {
      return torch
          .from_blob(pointer, new long[] {values.length}, new TensorOptions(ScalarType.Double))
          .clone();
    }
  }

  /** Whether no row has a second sample, or padding in front. */
  private static boolean isCausalAlone(MicroBatch batch) {
    for (int row = 0; row < batch.rows(); row++) {
      boolean ended = false;
      for (int t = 0; t < batch.length(); t++) {
        int segment = batch.segments()[row * batch.length() + t];
        ended |= segment == 0;
        if (segment > 1 || (segment == 1 && ended)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Padding sees itself, because a softmax over nothing is not a number. */
  private static Tensor mask(MicroBatch batch, Compute compute) {
    int rows = batch.rows();
    int length = batch.length();
    Tensor segments = moved(TensorData.indices(batch.segments(), rows, 1, length, 1), compute);
    Tensor same = segments.eq(segments.transpose(2, 3));
    return same.tril(0);
  }
}
