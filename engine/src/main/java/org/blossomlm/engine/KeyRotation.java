package org.blossomlm.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.blossomlm.engine.kernels.Kernels;

/** Moves keys and values to earlier positions, turning the keys back by as many. */
final class KeyRotation {
  private final Architecture architecture;
  private final KvLayout layout;
  private final Kernels kernels;
  private final float[] cos;
  private final float[] sin;
  private final float[] key;
  private final MemorySegment turned;

  KeyRotation(Architecture architecture, KvLayout layout, Kernels kernels, int positions) {
    this.architecture = architecture;
    this.layout = layout;
    this.kernels = kernels;
    RopeScaling rope = architecture.rope();
    int half = rope.rotated() / 2;
    cos = new float[half];
    sin = new float[half];
    for (int i = 0; i < half; i++) {
      cos[i] = (float) Math.cos(-positions * rope.angles()[i]);
      sin[i] = (float) Math.sin(-positions * rope.angles()[i]);
    }
    int size = architecture.headSize();
    key = new float[size];
    turned = Arena.ofAuto().allocate(4L * size, 64);
  }

  /** Moves position {@code p} of page {@code from} to position {@code q} of page {@code to}. */
  void move(MemorySegment from, int p, MemorySegment to, int q) {
    int size = key.length;
    for (int layer = 0; layer < layout.layers(); layer++) {
      for (int head = 0; head < layout.heads(); head++) {
        layout.type().load(from, layout.keyAt(layer, head, p), key, size);
        rotate();
        MemorySegment.copy(key, 0, turned, JAVA_FLOAT, 0, size);
        kernels.store(layout.type(), turned, 0, to, layout.keyAt(layer, head, q), size);
        long value = layout.valueAt(layer, head, p);
        long target = layout.valueAt(layer, head, q);
        MemorySegment.copy(from, value, to, target, layout.vectorBytes());
      }
    }
  }

  private void rotate() {
    boolean halves = architecture.rope().halves();
    int half = cos.length;
    for (int i = 0; i < half; i++) {
      int first = halves ? i : 2 * i;
      int second = halves ? first + half : first + 1;
      float a = key[first];
      float b = key[second];
      key[first] = a * cos[i] - b * sin[i];
      key[second] = a * sin[i] + b * cos[i];
    }
  }
}
