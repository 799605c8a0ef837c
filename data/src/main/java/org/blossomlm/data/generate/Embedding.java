package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.embedding.EmbeddingLanguage;
import org.blossomlm.data.embedding.TextEmbedder;
import org.blossomlm.data.embedding.TextEmbedders;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Writes vectors of messages or texts into metadata, as lists of numbers: for a chat a list of
 * vectors, one for each message or one for all together, for a text one vector. They come from a
 * teacher, or from a small model that runs here; beside vectors of the latter stands the language
 * whose model made them, the same for all of a record.
 */
final class Embedding {
  private static final String LANGUAGE = "_language";

  private final Optional<String> teacher;
  private final Optional<TextEmbedder> embedder;
  private final String field;
  private final boolean overwrite;
  private final Set<Role> roles;
  private final String strategy;
  private final boolean merge;
  private final String separator;

  private Embedding(Arguments arguments, boolean chats) {
    teacher = arguments.optionalText("teacher");
    Optional<String> model = arguments.optionalText("model");
    if (teacher.isPresent() == model.isPresent()) {
      throw new DataException(
          "who makes the vectors: give either teacher, or model (%s)"
              .formatted(String.join(", ", TextEmbedders.NAMES)));
    }
    embedder = model.map(TextEmbedders::find);
    field = arguments.text("metadata_key");
    overwrite = arguments.flag("overwrite");
    roles = chats ? Checked.roles(arguments, "roles") : Set.of();
    strategy = chats ? arguments.text("strategy") : "";
    merge = chats && arguments.flag("merge");
    separator = chats ? arguments.text("separator") : "";
  }

  static List<OperatorSpec> specs() {
    Parameter teacher =
        Parameter.optional(
            "teacher", Kind.TEACHER, "the teacher that makes vectors; or give model");
    Parameter model =
        new Parameter(
            "model",
            Kind.CHOICE,
            TextEmbedders.NAMES,
            Optional.empty(),
            true,
            "a model that runs here, in place of a teacher: for Chinese and English records one"
                + " each, whose vectors cannot be compared; KEY_language says which. Got by"
                + " ./blossom data fetch embeddings");
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
                model,
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
                model,
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
    List<List<Double>> lists = new ArrayList<>();
    for (float[] vector : vectors(texts, calls)) {
      lists.add(list(vector));
    }
    DataRecord embedded =
        calls
            .stamp(record)
            .withMetadata(field, record instanceof ChatRecord ? lists : lists.getFirst());
    return Outcome.keep(
        embedder.isEmpty()
            ? embedded
            : embedded.withMetadata(field + LANGUAGE, language(texts).code()));
  }

  private List<float[]> vectors(List<String> texts, TeacherCalls calls)
      throws InterruptedException {
    if (embedder.isPresent()) {
      EmbeddingLanguage language = language(texts);
      return texts.stream().map(text -> embedder.get().embed(language, text)).toList();
    }
    String name = teacher.orElseThrow();
    List<float[]> vectors = calls.context().teacher(name).embed(texts);
    if (vectors.size() != texts.size()) {
      throw new GenerationException(
          "%s gave %d vectors for %d texts".formatted(name, vectors.size(), texts.size()));
    }
    return vectors;
  }

  private static EmbeddingLanguage language(List<String> texts) {
    return EmbeddingLanguage.of(String.join("\n", texts));
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
