package org.blossomlm.data.teacher;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.teacher.Completion.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A model that is asked each time: {@link CachedTeacher} puts memory, budget and meter before it.
 */
interface DirectTeacher extends AutoCloseable {
  /** Which service, or which file; with the model and the body it determines the answer. */
  String base();

  String model();

  /** The request as JSON values, without what only says how it is sent. */
  Map<String, @Nullable Object> chatBody(CompletionRequest request);

  /** As {@link #chatBody}, without the texts. */
  Map<String, @Nullable Object> embeddingBody();

  /** The most tokens that an answer to {@code body} is expected to have. */
  long completionTokens(Map<String, ? extends @Nullable Object> body);

  /**
   * An answer of OpenAI's shape, or an error that would come again.
   *
   * @param key of the call
   * @throws TeacherException if there was neither
   */
  CachedCall chat(Map<String, ? extends @Nullable Object> body, String key)
      throws InterruptedException;

  /**
   * One vector for each text.
   *
   * @throws TeacherException if there are none
   */
  Vectors embed(Map<String, ? extends @Nullable Object> body, List<String> texts)
      throws InterruptedException;

  /** For whom calls wait, if the model answers nobody. */
  default Optional<TeacherPause> pause() {
    return Optional.empty();
  }

  @Override
  void close();

  /**
   * @param values one for each text, of the same length
   */
  record Vectors(List<float[]> values, Usage usage) {}
}
