package org.blossomlm.train.torch;

import java.util.ArrayList;
import java.util.List;

/**
 * What this process multiplies in a second, in GFLOP/s: the yardstick of training speed, and the
 * way to notice a set-up that costs half of it.
 *
 * @param fp32 square products back to back
 * @param fp32Mixed the same with element-wise work of another thread pool between them, as in
 *     training
 * @param bf16 products of bfloat16
 */
public record MatmulPeak(double fp32, double fp32Mixed, double bf16, Torch.Blas blas, int threads) {
  /** Two pools of threads that wait for each other by spinning cost more than this. */
  private static final double GOOD_SHARE = 0.6;

  /** Where bfloat16 is emulated it is slower than float32. */
  private static final double BF16_GAIN = 1.2;

  /** The number format in which this machine computes fastest. */
  public ComputeType fastest() {
    return bf16 > BF16_GAIN * fp32 ? ComputeType.BF16 : ComputeType.FP32;
  }

  /** The peak in a number format. */
  public double of(ComputeType type) {
    return type == ComputeType.BF16 ? bf16 : fp32;
  }

  /** What is wrong with the set-up, a line each; empty where nothing is. */
  public List<String> findings() {
    List<String> findings = new ArrayList<>();
    if (blas == Torch.Blas.OPENBLAS) {
      findings.add(
          "matrix products run on OpenBLAS, two to three times slower than MKL beside OpenMP;"
              + " start with -Dorg.bytedeco.openblas.load=mkl");
    } else if (blas == Torch.Blas.MKL_OTHER) {
      findings.add(
          "MKL uses other threads than libtorch; set MKL_THREADING_LAYER=GNU in the environment");
    }
    if (fp32Mixed < GOOD_SHARE * fp32) {
      findings.add(
          "products slow down from %.0f to %.0f GFLOP/s between other work: threads fight for the %d"
                  .formatted(fp32, fp32Mixed, threads)
              + " cores, either of two pools or of another program");
    }
    return findings;
  }
}
