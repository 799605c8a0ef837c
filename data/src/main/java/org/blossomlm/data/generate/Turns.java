package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;

/** Questions about the order of a conversation. */
final class Turns {
  private Turns() {}

  /** Where the first message of {@code role} stands, -1 where there is none. */
  static int firstIndex(List<ChatMessage> messages, Role role) {
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).role() == role) {
        return i;
      }
    }
    return -1;
  }

  /** Where the last message of {@code role} stands, -1 where there is none. */
  static int lastIndex(List<ChatMessage> messages, Role role) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role() == role) {
        return i;
      }
    }
    return -1;
  }

  /** System messages anywhere before the first user's, and that one. */
  static List<ChatMessage> firstQuestion(List<ChatMessage> messages) {
    int user = firstIndex(messages, Role.USER);
    if (user < 0) {
      throw new GenerationException("the conversation has no user message");
    }
    List<ChatMessage> result = new ArrayList<>();
    for (ChatMessage message : messages.subList(0, user)) {
      if (message.role() == Role.SYSTEM) {
        result.add(message);
      }
    }
    result.add(messages.get(user));
    return result;
  }

  /** Everything up to the last user message, which may have an answer or not. */
  static List<ChatMessage> lastQuestion(List<ChatMessage> messages) {
    int user = lastIndex(messages, Role.USER);
    if (user < 0) {
      throw new GenerationException("the conversation has no user message");
    }
    return messages.subList(0, user + 1);
  }

  /** As it is sent to a teacher: earlier reasoning is neither its own nor wanted by services. */
  static List<ChatMessage> withoutReasoning(List<ChatMessage> messages) {
    return messages.stream().map(message -> with(message, Optional.empty())).toList();
  }

  /** The same message with other reasoning. */
  static ChatMessage withReasoning(ChatMessage message, String reasoning) {
    return with(message, Optional.of(reasoning));
  }

  private static ChatMessage with(ChatMessage message, Optional<String> reasoning) {
    return copy(message, message.body(), reasoning);
  }

  // The bytecode of a record's compact constructor does not say that values may be null.
  @SuppressWarnings("NullAway")
  private static ChatMessage copy(ChatMessage message, Content body, Optional<String> reasoning) {
    return new ChatMessage(
        message.role(),
        body,
        reasoning,
        message.toolCalls(),
        message.toolCallId(),
        message.name(),
        message.extra());
  }

  /** A conversation as material of a prompt. */
  static String shown(List<ChatMessage> messages) {
    return messages.stream()
        .map(message ->
            "[%s]\n%s%s"
                .formatted(
                    message.role().wireName(),
                    message.content(),
                    message.toolCalls().isEmpty() ? "" : "\n" + message.toolCalls()))
        .collect(Collectors.joining("\n\n"));
  }

  /** The same message saying {@code text}; images stay where they are. */
  static ChatMessage withText(ChatMessage message, String text) {
    Content body =
        message.body() instanceof Content.Parts parts
            ? new Content.Parts(partsWithText(parts.parts(), text))
            : new Content.Text(text);
    return copy(message, body, message.reasoning());
  }

  private static List<ContentPart> partsWithText(List<ContentPart> parts, String text) {
    List<ContentPart> result = new ArrayList<>();
    boolean written = false;
    for (ContentPart part : parts) {
      if (!(part instanceof ContentPart.Text)) {
        result.add(part);
      } else if (!written) {
        result.add(new ContentPart.Text(text));
        written = true;
      }
    }
    return result;
  }
}
