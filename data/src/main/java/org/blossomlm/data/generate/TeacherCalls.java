package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.ScoreRequest;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.data.teacher.TokenScorer;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;

/**
 * The calls that a step makes for one record, in order. Two equal requests of a record are two
 * attempts: the call cache answers each from its own entry, so that neither a retry nor a further
 * candidate gets the answer that was there before, and a repeated run gets the same ones.
 */
final class TeacherCalls {
  private final OperatorContext context;
  private final List<String> keys = new ArrayList<>();
  private final Map<Question, Integer> asked = new HashMap<>();
  private final int firstAttempt;

  private record Question(
      String teacher,
      List<ChatMessage> messages,
      Map<String, @Nullable Object> parameters,
      Optional<Map<String, Object>> schema) {}

  TeacherCalls(OperatorContext context) {
    this(context, 0);
  }

  /**
   * @param firstAttempt of a request that was not made before; for work without a record, that may
   *     ask the same by chance
   */
  TeacherCalls(OperatorContext context, int firstAttempt) {
    this.context = context;
    this.firstAttempt = firstAttempt;
  }

  Completion complete(
      String teacher,
      List<ChatMessage> messages,
      Map<String, ?> parameters,
      Optional<Map<String, Object>> schema)
      throws InterruptedException {
    Map<String, @Nullable Object> body = new LinkedHashMap<>(parameters);
    int attempt =
        asked.merge(
            new Question(teacher, messages, body, schema), firstAttempt, (old, x) -> old + 1);
    Completion completion =
        context.teacher(teacher).complete(new CompletionRequest(messages, body, schema, attempt));
    keys.add(completion.key());
    return Thinking.separated(completion);
  }

  /**
   * How likely a local model finds a text.
   *
   * @throws DataException if the teacher is a service, which does not tell
   */
  TextScore score(String teacher, ScoreRequest request) throws InterruptedException {
    TokenScorer scorer =
        context
            .teacher(teacher)
            .scorer()
            .orElseThrow(() ->
                new DataException(
                    "teacher "
                        + teacher
                        + " is a service, and services do not tell how likely they find a text;"
                        + " use one with model: \"local:FILE.gguf\""));
    TextScore score = scorer.score(request);
    keys.add(score.key());
    return score;
  }

  OperatorContext context() {
    return context;
  }

  /** {@code record} with a step of provenance that names all calls so far. */
  <R extends DataRecord> R stamp(R record) {
    @SuppressWarnings("unchecked") // A record with another head is of the same kind.
    R stamped =
        (R)
            record.mapHead(head ->
                head.withProvenance(
                    head.provenance().and(new Provenance.Step(context.step(), keys))));
    return stamped;
  }
}
