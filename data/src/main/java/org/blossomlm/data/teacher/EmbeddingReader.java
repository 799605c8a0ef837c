package org.blossomlm.data.teacher;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.data.teacher.DirectTeacher.Vectors;
import org.blossomlm.data.teacher.EventStream.BrokenStream;
import org.blossomlm.data.teacher.HttpCalls.HttpAnswer;
import org.jspecify.annotations.Nullable;

/** Reads the vectors of an answer: lists of numbers, or little-endian floats in Base64. */
final class EmbeddingReader {
  private EmbeddingReader() {}

  /** The body, if it is an answer at all. */
  static byte[] check(HttpAnswer answer) throws BrokenStream {
    if (AnswerReader.object(answer.body())
        .filter(body -> body.get("data") instanceof List<?>)
        .isEmpty()) {
      throw new BrokenStream("no vectors in: " + AnswerReader.beginning(answer.body()));
    }
    return answer.body();
  }

  /**
   * @throws TeacherException if there is not one vector of the same length for each text
   */
  static Vectors read(String teacher, byte[] body, List<String> texts) {
    Map<?, ?> tree = AnswerReader.object(body).orElse(Map.of());
    List<?> data = tree.get("data") instanceof List<?> list ? list : List.of();
    float[][] vectors = new float[texts.size()][];
    for (int i = 0; i < data.size(); i++) {
      if (!(data.get(i) instanceof Map<?, ?> element)) {
        throw wrong(teacher, "element " + i + " is no object");
      }
      int index = element.get("index") instanceof Number number ? number.intValue() : i;
      if (index < 0 || index >= vectors.length || vectors[index] != null) {
        throw wrong(teacher, "index " + index + " of " + texts.size() + " texts, or twice");
      }
      vectors[index] = vector(teacher, element.get("embedding"));
    }
    for (float[] vector : vectors) {
      if (vector == null || vector.length == 0 || vector.length != vectors[0].length) {
        throw wrong(teacher, "not one vector of the same length for each text");
      }
    }
    Usage usage =
        AnswerReader.usage(tree)
            .orElseGet(() -> new Usage(texts.stream().mapToLong(TokenEstimate::of).sum(), 0, 0));
    return new Vectors(Arrays.asList(vectors), new Usage(usage.prompt(), 0, 0));
  }

  private static float[] vector(String teacher, @Nullable Object value) {
    if (value instanceof String base64) {
      try {
        return decode(Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException e) {
        throw wrong(teacher, "an embedding that is no Base64");
      }
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(teacher, "an embedding that is no list");
    }
    float[] vector = new float[list.size()];
    for (int i = 0; i < vector.length; i++) {
      if (!(list.get(i) instanceof Number number)) {
        throw wrong(teacher, "an embedding with something that is no number");
      }
      vector[i] = number.floatValue();
    }
    return vector;
  }

  private static TeacherException wrong(String teacher, String what) {
    return new TeacherException(
        "teacher " + teacher + ": vectors that make no sense: " + what, CachedCall.ANSWERED);
  }

  /** As the call cache keeps a vector. */
  static byte[] encode(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  static float[] decode(byte[] bytes) {
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }
}
