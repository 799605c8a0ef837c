package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;

/**
 * Alpaca: {@code instruction}, {@code input} and {@code output}, with LLaMA-Factory's {@code
 * system} and {@code history} (pairs of earlier questions and answers); {@code chosen} and {@code
 * rejected} in place of the output make a preference pair. The user's message is the instruction,
 * and after a newline the input. The input stays a field of the record as well, so that it is cut
 * off the message again when Alpaca is written, where the message still ends with it.
 *
 * <p>Holds nothing but text: no calls of tools, reasoning, names or images.
 */
record AlpacaShape() implements Shape {
  private static final List<String> NAMES =
      List.of("instruction", "input", "output", "system", "history", "chosen", "rejected");

  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return object.get("instruction") instanceof String
        && object.get("output") instanceof String
        && (object.get("input") == null || object.get("input") instanceof String);
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    Fields fields = new Fields(object);
    List<ChatMessage> messages = prompt(fields);
    if (fields.has("chosen") && fields.has("rejected")) {
      String chosen = fields.takeString("chosen").orElse("");
      String rejected = fields.takeString("rejected").orElse("");
      return new PreferenceRecord(
          HeadJson.take(object, fields, origin),
          messages,
          List.of(ChatMessage.assistant(chosen)),
          List.of(ChatMessage.assistant(rejected)));
    }
    if (!fields.has("output")) {
      throw Fields.unexpected("output", null, "a string");
    }
    fields.takeString("output").ifPresent(answer -> messages.add(ChatMessage.assistant(answer)));
    return new ChatRecord(HeadJson.take(object, fields, origin), messages);
  }

  /** System, history and the user's message; leaves an input that is not empty. */
  static List<ChatMessage> prompt(Fields fields) {
    if (!(fields.peek("instruction") instanceof String)) {
      throw Fields.unexpected("instruction", fields.peek("instruction"), "a string");
    }
    List<ChatMessage> messages = new ArrayList<>();
    fields
        .takeString("system")
        .filter(system -> !system.isEmpty())
        .ifPresent(system -> messages.add(ChatMessage.system(system)));
    List<?> history = fields.takeList("history");
    for (int i = 0; i < history.size(); i++) {
      String where = "history[" + i + "]";
      List<?> turn = Fields.list(where, history.get(i));
      if (turn.size() != 2
          || !(turn.getFirst() instanceof String question)
          || !(turn.getLast() instanceof String answer)) {
        throw Fields.unexpected(where, turn, "a question and an answer, two strings");
      }
      messages.add(ChatMessage.user(question));
      messages.add(ChatMessage.assistant(answer));
    }
    String instruction = fields.takeString("instruction").orElse("");
    Object value = fields.peek("input");
    if (value != null && !(value instanceof String)) {
      throw Fields.unexpected("input", value, "a string");
    }
    String input = value instanceof String text ? text : "";
    if (input.isEmpty()) {
      fields.take("input");
      messages.add(ChatMessage.user(instruction));
    } else {
      messages.add(ChatMessage.user(instruction.isEmpty() ? input : instruction + "\n" + input));
    }
    return messages;
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    Map<String, @Nullable Object> map = HeadJson.begin(record.head());
    RecordHead head = record.head();
    switch (record) {
      case ChatRecord chat -> {
        if (!chat.tools().isEmpty()) {
          throw Misfit.because("alpaca", "tools", "use openai, sharegpt or blossom");
        }
        List<ChatMessage> messages = chat.messages();
        if (messages.isEmpty() || messages.getLast().role() != Role.ASSISTANT) {
          throw Misfit.because(
              "alpaca", "a chat that does not end with an answer", "use openai or blossom");
        }
        head = prompt(map, messages.subList(0, messages.size() - 1), head);
        map.put("output", text(messages.getLast()));
        map.putAll(history(messages.subList(0, messages.size() - 1)));
      }
      case PreferenceRecord pair -> {
        head = prompt(map, pair.prompt(), head);
        map.put("chosen", answer(pair.chosen()));
        map.put("rejected", answer(pair.rejected()));
        map.putAll(history(pair.prompt()));
      }
      default -> throw Misfit.of(record, "alpaca");
    }
    return HeadJson.end(map, head, NAMES);
  }

  /** Writes the last question; what is returned has no input any more. */
  private static RecordHead prompt(
      Map<String, @Nullable Object> map, List<ChatMessage> messages, RecordHead head) {
    if (messages.isEmpty() || messages.getLast().role() != Role.USER) {
      throw Misfit.because(
          "alpaca", "a chat without a question before the answer", "use openai or blossom");
    }
    String question = text(messages.getLast());
    String input = head.extra().get("input") instanceof String text ? text : "";
    if (!input.isEmpty() && question.equals(input)) {
      map.put("instruction", "");
      map.put("input", input);
    } else if (!input.isEmpty() && question.endsWith("\n" + input)) {
      map.put("instruction", question.substring(0, question.length() - input.length() - 1));
      map.put("input", input);
    } else {
      map.put("instruction", question);
      map.put("input", "");
      return head;
    }
    return HeadJson.without(head, "input");
  }

  /** System message and earlier turns, as far as there are any. */
  private static Map<String, @Nullable Object> history(List<ChatMessage> messages) {
    Map<String, @Nullable Object> map = new java.util.LinkedHashMap<>();
    List<ChatMessage> turns = messages.subList(0, messages.size() - 1);
    if (!turns.isEmpty() && turns.getFirst().role() == Role.SYSTEM) {
      map.put("system", text(turns.getFirst()));
      turns = turns.subList(1, turns.size());
    }
    List<List<String>> history = new ArrayList<>();
    for (int i = 0; i < turns.size(); i += 2) {
      if (i + 1 == turns.size()
          || turns.get(i).role() != Role.USER
          || turns.get(i + 1).role() != Role.ASSISTANT) {
        throw Misfit.because(
            "alpaca", "turns that are not questions and answers in turn", "use openai or blossom");
      }
      history.add(List.of(text(turns.get(i)), text(turns.get(i + 1))));
    }
    if (!history.isEmpty()) {
      map.put("history", history);
    }
    return map;
  }

  private static String answer(List<ChatMessage> messages) {
    if (messages.size() != 1 || messages.getFirst().role() != Role.ASSISTANT) {
      throw Misfit.because(
          "alpaca", "a preference pair whose ways on are not one answer each", "use preference");
    }
    return text(messages.getFirst());
  }

  private static String text(ChatMessage message) {
    Optional<String> more =
        !(message.body() instanceof Content.Text)
            ? Optional.of("a message that is not a text")
            : message.reasoning().isPresent()
                ? Optional.of("reasoning")
                : !message.toolCalls().isEmpty() || message.toolCallId().isPresent()
                    ? Optional.of("calls of tools")
                    : message.name().isPresent() || !message.extra().isEmpty()
                        ? Optional.of("names or other fields of messages")
                        : Optional.empty();
    if (more.isPresent()) {
      throw Misfit.because("alpaca", more.get(), "use openai, sharegpt or blossom");
    }
    return message.content();
  }
}
