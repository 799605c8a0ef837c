package org.blossomlm.train.example;

/** Preference pairs in a file. */
public final class PairFile implements AutoCloseable {
  private final ExampleFile file;

  /**
   * @param file chosen and rejected in turns
   */
  PairFile(ExampleFile file) {
    this.file = file;
  }

  public int size() {
    return file.size() / 2;
  }

  public PreferencePair get(int index) {
    java.util.Objects.checkIndex(index, size());
    return new PreferencePair(file.get(2 * index), file.get(2 * index + 1));
  }

  /** What became of the records; each pair counts as two samples. */
  public ExampleCounts counts() {
    return file.counts();
  }

  /**
   * The better answers as samples, each as long as its pair, so that an order can be made of them;
   * {@link DataOrder.Place#index} is that of the pair.
   */
  public ExampleSet chosen() {
    return new ExampleSet() {
      @Override
      public int size() {
        return PairFile.this.size();
      }

      @Override
      public int length(int index) {
        return Math.max(file.length(2 * index), file.length(2 * index + 1));
      }

      @Override
      public Example get(int index) {
        return PairFile.this.get(index).chosen();
      }
    };
  }

  @Override
  public void close() {
    file.close();
  }
}
