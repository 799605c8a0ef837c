package org.blossomlm.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.blossomlm.engine.kernels.AttentionTask;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Attention of six query heads of 128 elements that share a key/value head, as in qwen2 1.5B, over
 * a context in pages of 64 positions.
 */
public class Attention extends KernelBenchmark {
  private static final int HEAD = 128;
  private static final int GROUP = 6;
  private static final int PAGE = 64;

  @Param public KvType type = KvType.F16;

  @Param({"512", "4096"})
  public int positions;

  @Param({"1", "16"})
  public int tokens;

  private final AttentionTask task = new AttentionTask();

  @Setup
  public void compare() {
    task.type = type;
    task.group = GROUP;
    task.tokens = tokens;
    task.headSize = HEAD;
    task.tokenStride = (long) GROUP * HEAD;
    task.query = randomFloats(tokens * task.tokenStride);
    task.firstPosition = positions - tokens;
    task.from = 0;
    task.to = positions;
    task.scale = (float) (1 / Math.sqrt(HEAD));
    task.pageTokens = PAGE;
    task.rowBytes = type.bytes(HEAD);
    task.keyOffset = 0;
    task.valueOffset = PAGE * task.rowBytes;
    int pages = positions / PAGE;
    task.pages = new MemorySegment[pages];
    task.pageTable = arena.allocate(ValueLayout.JAVA_LONG, pages);
    for (int p = 0; p < pages; p++) {
      int count = 2 * PAGE * HEAD;
      task.pages[p] = arena.allocate(type.bytes(count), 64);
      scalar.store(type, randomFloats(count), 0, task.pages[p], 0, count);
      task.pageTable.setAtIndex(ValueLayout.JAVA_LONG, p, task.pages[p].address());
    }
    requireClose(result(kernels), result(scalar), 1e-3);
  }

  /** Sums divided by totals, since providers may take different maxima. */
  private MemorySegment result(Kernels which) {
    int partial = task.partialSize();
    task.partial = zeros((long) tokens * GROUP * partial);
    which.attention(task, scratch);
    MemorySegment heads = zeros((long) tokens * GROUP * HEAD);
    for (int head = 0; head < tokens * GROUP; head++) {
      long at = (long) head * partial;
      float total = task.partial.getAtIndex(ValueLayout.JAVA_FLOAT, at + HEAD + 1);
      for (int i = 0; i < HEAD; i++) {
        float sum = task.partial.getAtIndex(ValueLayout.JAVA_FLOAT, at + i);
        heads.setAtIndex(ValueLayout.JAVA_FLOAT, (long) head * HEAD + i, sum / total);
      }
    }
    return heads;
  }

  @Benchmark
  public void attention() {
    kernels.attention(task, scratch);
  }
}
