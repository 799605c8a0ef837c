package org.blossomlm.train.torch;

import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Measures {@link MatmulPeak} in about a second. */
public final class MatmulProbe {
  private static final int SIZE = 1024;
  private static final double FLOPS = 2.0 * SIZE * SIZE * SIZE;
  private static final int SMALL = 256;
  private static final double SMALL_FLOPS = 2.0 * SMALL * SMALL * SMALL;
  private static final long NANOS_PER_MEASURE = 250_000_000;

  private MatmulProbe() {}

  /** Multiplies square matrices. */
  public static MatmulPeak measure(Torch.Started torchStarted) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      Tensor a = torch.rand(SIZE, SIZE);
      Tensor b = torch.rand(SIZE, SIZE);
      Tensor c = torch.zeros(SIZE, SIZE);
      double fp32 = rate(() -> torch.matmul(a, b));
      double alone = seconds(() -> c.add(a).mul(b));
      double mixed = seconds(() -> torch.matmul(a, b).add(a).mul(b));
      double bf16 = bf16(a, b, fp32);
      return new MatmulPeak(
          fp32,
          FLOPS / Math.max(1e-9, mixed - alone) / 1e9,
          bf16,
          torchStarted.blas(),
          torchStarted.threads());
    }
  }

  /** Emulated products are a hundred times slower: a small one tells them. */
  private static double bf16(Tensor a, Tensor b, double fp32) {
    Tensor smallA = a.narrow(0, 0, SMALL).narrow(1, 0, SMALL).to(ScalarType.BFloat16);
    Tensor smallB = b.narrow(0, 0, SMALL).narrow(1, 0, SMALL).to(ScalarType.BFloat16);
    double small = SMALL_FLOPS / seconds(() -> torch.matmul(smallA, smallB)) / 1e9;
    if (small < fp32 / 4) {
      return small;
    }
    Tensor a16 = a.to(ScalarType.BFloat16);
    Tensor b16 = b.to(ScalarType.BFloat16);
    return rate(() -> torch.matmul(a16, b16));
  }

  private static double rate(Supplier<Tensor> product) {
    return FLOPS / seconds(product) / 1e9;
  }

  /** The fastest of some runs, in seconds: others share this machine. */
  private static double seconds(Supplier<Tensor> work) {
    long best = Long.MAX_VALUE;
    long end = System.nanoTime() + NANOS_PER_MEASURE;
    do {
      long start = System.nanoTime();
      try (var _ = new Scope()) {
        var _ = work.get();
      }
      best = Math.min(best, System.nanoTime() - start);
    } while (System.nanoTime() < end);
    return best / 1e9;
  }
}
