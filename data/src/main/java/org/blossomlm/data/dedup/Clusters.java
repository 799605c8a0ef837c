package org.blossomlm.data.dedup;

import java.util.Arrays;

/** Which records belong together: union-find by the smallest member. */
public final class Clusters {
  private final int[] parent;

  /** Each record by itself. */
  public Clusters(int size) {
    parent = new int[size];
    Arrays.setAll(parent, i -> i);
  }

  int size() {
    return parent.length;
  }

  /** The smallest member of the cluster of {@code i}. */
  public int find(int i) {
    int root = i;
    while (parent[root] != root) {
      root = parent[root];
    }
    int next = i;
    while (parent[next] != root) {
      int above = parent[next];
      parent[next] = root;
      next = above;
    }
    return root;
  }

  /** The clusters of {@code a} and {@code b} are one. */
  public void union(int a, int b) {
    int rootA = find(a);
    int rootB = find(b);
    parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
}
