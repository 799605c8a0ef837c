package org.blossomlm.data.spark;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.model.chat.ChatMessage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What executors and the gate say to each other, as JSON. Messages of conversations are written as
 * the lines of a run are, so that nothing of them is lost.
 */
final class GateMessages {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private GateMessages() {}

  /**
   * Of {@code /complete}.
   *
   * @param teacher as the recipe calls it
   */
  record Question(
      String teacher,
      String conversation,
      Map<String, @Nullable Object> parameters,
      @Nullable Map<String, Object> schema,
      int attempt) {
    static Question of(String teacher, CompletionRequest request) {
      return new Question(
          teacher,
          write(request.messages()),
          request.parameters(),
          request.schema().orElse(null),
          request.attempt());
    }

    CompletionRequest request() {
      CompletionRequest request =
          CompletionRequest.of(read(conversation)).withParameters(parameters).withAttempt(attempt);
      return schema == null ? request : request.withSchema(schema);
    }
  }

  /**
   * To a {@link Question}.
   *
   * @param cost in USD
   */
  record Answer(
      String conversation,
      Completion.FinishReason finish,
      Completion.Usage usage,
      String key,
      boolean cached,
      BigDecimal cost) {
    static Answer of(Completion completion, BigDecimal cost) {
      return new Answer(
          write(List.of(completion.message())),
          completion.finish(),
          completion.usage(),
          completion.key(),
          completion.cached(),
          cost);
    }

    Completion completion() {
      return new Completion(read(conversation).getFirst(), finish, usage, key, cached);
    }
  }

  /** Of {@code /embed}. */
  record Texts(String teacher, List<String> texts) {}

  /** To {@link Texts}. */
  record Vectors(List<float[]> vectors) {}

  /** Instead of an answer. */
  record Refusal(Kind kind, String message, int status) {
    enum Kind {
      /** A {@code TeacherException}: one record's trouble. */
      TEACHER,
      /** A {@code ResumableException}: the run must stop. */
      PAUSE,
      /** Anything else, as one record's trouble. */
      OTHER
    }
  }

  static byte[] bytes(Object message) {
    return JSON.writeValueAsBytes(message);
  }

  static <T> T read(byte[] bytes, Class<T> type) {
    return JSON.readValue(bytes, type);
  }

  private static String write(List<ChatMessage> messages) {
    return RecordJson.write(new ChatRecord(RecordHead.of("gate"), messages));
  }

  private static List<ChatMessage> read(String conversation) {
    return ((ChatRecord) RecordJson.read(conversation)).messages();
  }
}
