package org.blossomlm.data.dedup;

import java.io.Serializable;
import org.blossomlm.data.DataRecord;

/** A similarity whose records may be far apart. */
record SimilarityLikeness<E extends Serializable, F>(Similarity<E, F> similarity)
    implements Likeness {
  @Override
  public Serializable take(DataRecord record) {
    return similarity.take(record);
  }

  @Override
  @SuppressWarnings("unchecked") // It comes from take.
  public Sketch sketch(Serializable taken) {
    Similarity.Sketch sketch = similarity.sketch((E) taken);
    return sketch.size() == 0 ? Sketch.EMPTY : new Sketch(false, sketch.identity(), sketch.bands());
  }

  @Override
  public boolean similar(Serializable a, Serializable b) {
    return similarity.similar(features(a), features(b));
  }

  @Override
  public double degree(Serializable a, Serializable b) {
    return similarity.likeness(features(a), features(b));
  }

  @SuppressWarnings("unchecked") // It comes from take.
  private F features(Serializable taken) {
    return similarity.features((E) taken);
  }
}
