package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Writes vectors of messages or texts into metadata, as lists of numbers: for a chat a list of
 * vectors, one for each message or one for all together, for a text one vector.
 */
final class Embedding {
  private final String teacher;
  private final String field;
  private final boolean overwrite;
  private final Set<Role> roles;
  private final String strategy;
  private final boolean merge;
  private final String separator;

  private Embedding(Arguments arguments, boolean chats) {
    teacher = arguments.text("teacher");
    field = arguments.text("metadata_key");
    overwrite = arguments.flag("overwrite");
    roles = chats ? Checked.roles(arguments, "roles") : Set.of();
    strategy = chats ? arguments.text("strategy") : "";
    merge = chats && arguments.flag("merge");
    separator = chats ? arguments.text("separator") : "";
  }

  static List<OperatorSpec> specs() {
    Parameter teacher =
        Parameter.required("teacher", Kind.TEACHER, "the teacher that makes vectors");
    Parameter overwrite =
        Parameter.of(
            "overwrite",
            Kind.FLAG,
            false,
            "whether an entry that is there is made anew; it stays otherwise");
    return List.of(
        new OperatorSpec(
            "chat_embedder",
            "Writes vectors of a chat's messages into metadata",
            List.of(
                teacher,
                Parameter.of("metadata_key", Kind.TEXT, "embeddings", "the entry to write"),
                overwrite,
                Parameter.of(
                    "roles",
                    Kind.TEXTS,
                    List.of("system", "user", "assistant"),
                    "whose messages are taken"),
                Parameter.choice(
                    "strategy",
                    List.of("first", "last", "full"),
                    "the first message of these roles, the last one, or all"),
                Parameter.of(
                    "merge", Kind.FLAG, false, "whether all messages make one vector together"),
                Parameter.of(
                    "separator", Kind.TEXT, "\n\n", "what stands between messages when merged")),
            arguments -> TeacherWork.onChats(new Embedding(arguments, true)::embed)),
        new OperatorSpec(
            "text_embedder",
            "Writes the vector of a text into metadata",
            List.of(
                teacher,
                Parameter.of("metadata_key", Kind.TEXT, "embedding", "the entry to write"),
                overwrite),
            arguments -> TeacherWork.onRecords(new Embedding(arguments, false)::embed)));
  }

  private Outcome embed(DataRecord record, TeacherCalls calls) throws InterruptedException {
    if (!overwrite && record.head().metadata().containsKey(field)) {
      return Outcome.keep(record);
    }
    List<String> texts =
        switch (record) {
          case ChatRecord chat -> texts(chat);
          case TextRecord text -> List.of(text.text());
          default ->
              throw new GenerationException(
                  "text_embedder works on texts, the record is a "
                      + record.getClass().getSimpleName());
        };
    if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
      throw new GenerationException(
          texts.isEmpty() ? "no message of these roles" : "an empty text has no vector");
    }
    List<float[]> vectors = calls.context().teacher(teacher).embed(texts);
    if (vectors.size() != texts.size()) {
      throw new GenerationException(
          "%s gave %d vectors for %d texts".formatted(teacher, vectors.size(), texts.size()));
    }
    List<List<Double>> lists = new ArrayList<>();
    for (float[] vector : vectors) {
      lists.add(list(vector));
    }
    return Outcome.keep(
        calls
            .stamp(record)
            .withMetadata(field, record instanceof ChatRecord ? lists : lists.getFirst()));
  }

  private List<String> texts(ChatRecord chat) {
    List<String> texts =
        chat.messages().stream()
            .filter(message -> roles.contains(message.role()) && !message.content().isBlank())
            .map(ChatMessage::content)
            .toList();
    if (texts.isEmpty()) {
      return texts;
    }
    List<String> chosen =
        switch (strategy) {
          case "first" -> List.of(texts.getFirst());
          case "last" -> List.of(texts.getLast());
          default -> texts;
        };
    return merge ? List.of(chosen.stream().collect(Collectors.joining(separator))) : chosen;
  }

  /** As short as floats are written. */
  private static List<Double> list(float[] vector) {
    List<Double> list = new ArrayList<>(vector.length);
    for (float number : vector) {
      if (!Float.isFinite(number)) {
        throw new GenerationException("a vector has a number that is not finite");
      }
      list.add(Double.parseDouble(Float.toString(number)));
    }
    return list;
  }
}
