package org.blossomlm.data.dedup;

import java.util.List;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.RecordField;

/** Vectors that an embedding operator left in the metadata. */
final class VectorField {
  /** What an embedding operator adds to the name of its entry, for the language of its model. */
  private static final String LANGUAGE = "_language";

  private final RecordField field;
  private final RecordField language;

  /**
   * A vector of unit length.
   *
   * @param values none where the record failed or has no vector
   * @param language of the model that made it; empty where one model is for all
   */
  record Vector(float[] values, String language) {
    private static final Vector NONE = new Vector(new float[0], "");

    boolean isEmpty() {
      return values.length == 0;
    }
  }

  VectorField(String name) {
    field = RecordField.of(name);
    language = RecordField.of(name + LANGUAGE);
  }

  /**
   * The vector of a record.
   *
   * @throws DataException if what is there is no vector
   */
  Vector read(DataRecord record) {
    if (record.failure().isPresent()) {
      return Vector.NONE;
    }
    Object value = field.value(record).orElse(List.of());
    // A chat embedder writes a list of vectors, one for each message that it looked at.
    if (value instanceof List<?> list
        && !list.isEmpty()
        && list.getFirst() instanceof List<?> one) {
      if (list.size() > 1) {
        throw new DataException(
            field.name()
                + " of "
                + record.id()
                + " has "
                + list.size()
                + " vectors; embed with merge: true, or only one message");
      }
      value = one;
    }
    if (!(value instanceof List<?> numbers)) {
      throw noVector(record);
    }
    float[] vector = new float[numbers.size()];
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      if (!(numbers.get(i) instanceof Number number)) {
        throw noVector(record);
      }
      vector[i] = number.floatValue();
      squares += (double) vector[i] * vector[i];
    }
    if (squares == 0) {
      return Vector.NONE;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return new Vector(vector, language.value(record).map(String::valueOf).orElse(""));
  }

  private DataException noVector(DataRecord record) {
    return new DataException(
        field.name() + " of " + record.id() + " is not a list of numbers: no vector");
  }

  /** The cosine of two vectors that {@link #read} gave. */
  double cosine(Vector a, Vector b) {
    if (a.values().length != b.values().length) {
      throw new DataException(
          field.name()
              + " has vectors of "
              + a.values().length
              + " and of "
              + b.values().length
              + " numbers: of different models");
    }
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += (double) a.values()[i] * b.values()[i];
    }
    return sum;
  }
}
