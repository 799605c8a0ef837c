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
  public Sketch sketch(Serializable taken) {
    F features = features(taken);
    return similarity.isEmpty(features)
        ? Sketch.EMPTY
        : new Sketch(false, similarity.identity(features), similarity.bands(features));
  }

  @Override
  public boolean similar(Serializable a, Serializable b) {
    return similarity.similar(features(a), features(b));
  }

  @SuppressWarnings("unchecked") // It comes from take.
  private F features(Serializable taken) {
    return similarity.features((E) taken);
  }
}
