package org.blossomlm.train.example;

/** Samples that can be had in any order. Lengths are known without reading the samples. */
public interface ExampleSet {
  int size();

  /** Tokens of the sample at {@code index}. */
  int length(int index);

  /** The sample at {@code index}, from 0. */
  Example get(int index);

  /** Samples in memory. */
  static ExampleSet of(java.util.List<Example> examples) {
    java.util.List<Example> kept = java.util.List.copyOf(examples);
    return new ExampleSet() {
      @Override
      public int size() {
        return kept.size();
      }

      @Override
      public int length(int index) {
        return kept.get(index).length();
      }

      @Override
      public Example get(int index) {
        return kept.get(index);
      }
    };
  }
}
