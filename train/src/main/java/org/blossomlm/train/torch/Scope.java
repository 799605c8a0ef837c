package org.blossomlm.train.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Frees what libtorch made since it was opened, unless it is kept. Without a scope memory waits for
 * the garbage collector, which does not see how large a tensor is. Scopes nest, per thread.
 */
public final class Scope implements AutoCloseable {
  private final PointerScope pointers = new PointerScope();

  /** A tensor that outlives this scope and the ones around it, until {@link #release}. */
  public static Tensor keep(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }

  /** Frees a tensor that was kept. */
  public static void release(Tensor tensor) {
    tensor.releaseReference();
  }

  @Override
  public void close() {
    pointers.close();
  }
}
