package org.blossomlm.train.nn;

import java.util.List;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A frozen matrix in NormalFloat with double quantisation (QLoRA, Dettmers et al. 2023): blocks of
 * 64 numbers, each the nearest of 16 quantiles of a normal distribution times the block's largest
 * magnitude; those magnitudes, less their mean, in 8 bits under one scale per 256 of them. 4.13
 * bits a number.
 *
 * @param packed two numbers a byte, the first in the upper half
 * @param magnitudes of blocks, int8
 * @param scales of 256 magnitudes
 * @param mean of the magnitudes, a single number
 */
record Nf4Weight(
    long rows, long columns, Tensor packed, Tensor magnitudes, Tensor scales, Tensor mean)
    implements Weight {
  private static final int BLOCK = 64;
  private static final int MAGNITUDES = 256;
  private static final double LARGEST = 127;

  /** Quantiles, from the paper's appendix E. */
  private static final float[] QUANTILES = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f
  };

  /** Quantises a matrix on the device of {@code compute}. */
  static Nf4Weight of(Tensor matrix, Compute compute) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      Tensor blocks =
          padded(matrix.to(compute.device(), ScalarType.Float).flatten(), BLOCK).view(-1, BLOCK);
      Tensor largest = blocks.abs().amax(new long[] {1}, false);
      Tensor mean = largest.mean();
      Tensor centred = padded(largest.sub(mean), MAGNITUDES).view(-1, MAGNITUDES);
      Tensor scales =
          centred.abs().amax(new long[] {1}, false).clamp_min(scalar(1e-30)).div(scalar(LARGEST));
      Tensor magnitudes = centred.div(scales.unsqueeze(1)).round().to(ScalarType.Char);
      Tensor known = magnitudes(magnitudes, scales, mean, blocks.size(0));
      Tensor unit = blocks.div(known.clamp_min(scalar(1e-30)).unsqueeze(1));
      Tensor code =
          torch
              .bucketize(unit, midpoints().to(compute.device(), ScalarType.Float), true, false)
              .view(-1, 2);
      Tensor packed = code.select(1, 0).mul(scalar(16)).add(code.select(1, 1));
      return new Nf4Weight(
          matrix.size(0),
          matrix.size(1),
          Scope.keep(packed.to(ScalarType.Byte)),
          Scope.keep(magnitudes),
          Scope.keep(scales),
          Scope.keep(mean));
    }
  }

  private static org.bytedeco.pytorch.Scalar scalar(double value) {
    return new org.bytedeco.pytorch.Scalar(value);
  }

  private static Tensor padded(Tensor flat, int multiple) {
    long missing = Math.floorMod(-flat.numel(), (long) multiple);
    return missing == 0 ? flat : torch.constant_pad_nd(flat, new long[] {0, missing});
  }

  private static Tensor midpoints() {
    var points = new float[QUANTILES.length - 1];
    for (int i = 0; i < points.length; i++) {
      points[i] = (QUANTILES[i] + QUANTILES[i + 1]) / 2;
    }
    return TensorData.floats(points, points.length);
  }

  /** Both numbers of every byte. */
  private static Tensor pairs() {
    var pairs = new float[512];
    for (int i = 0; i < 256; i++) {
      pairs[2 * i] = QUANTILES[i >> 4];
      pairs[2 * i + 1] = QUANTILES[i & 15];
    }
    return TensorData.floats(pairs, 256, 2);
  }

  private static Tensor magnitudes(Tensor quantised, Tensor scales, Tensor mean, long blocks) {
    return quantised
        .to(ScalarType.Float)
        .mul(scales.unsqueeze(1))
        .add(mean)
        .flatten()
        .narrow(0, 0, blocks);
  }

  /** The numbers in float32, which a merged model has as its base. */
  Tensor dequantised() {
    Tensor numbers =
        pairs()
            .to(packed.device(), ScalarType.Float)
            .index_select(0, packed.to(ScalarType.Int))
            .view(-1, BLOCK);
    Tensor scaled = numbers.mul(magnitudes(magnitudes, scales, mean, numbers.size(0)).unsqueeze(1));
    return scaled.flatten().narrow(0, 0, rows * columns).view(rows, columns);
  }

  @Override
  public Tensor value(Compute compute) {
    try (var _ = new NoGradGuard()) {
      return dequantised().to(compute.scalar());
    }
  }

  /** What it holds. */
  List<Tensor> parts() {
    return List.of(packed, magnitudes, scales, mean);
  }

  /** Bytes of all parts. */
  long bytes() {
    return parts().stream().mapToLong(Tensor::nbytes).sum();
  }
}
