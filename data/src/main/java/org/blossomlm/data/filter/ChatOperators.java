package org.blossomlm.data.filter;

import static org.blossomlm.data.filter.Parameters.REVERSE;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;

/**
 * Operators on the shape of a conversation: rounds, order of roles, lengths, reasoning.
 *
 * <p>Decided differently from BlossomData:
 *
 * <ul>
 *   <li>{@code chat_context_round_trimmer} drops a chat whose first round alone is too long instead
 *       of leaving one without messages; reasoning counts where asked for.
 *   <li>{@code chat_reasoning_content_merger} leaves an answer that begins with its reasoning
 *       already, so running it twice is running it once; a chat without an answer stays as it is.
 *   <li>{@code chat_invalid_filter} takes white space for empty, a system message in the middle for
 *       a wrong order, and a chat without an answer for a wrong order; tool calls and their results
 *       are part of an answer.
 *   <li>{@code chat_length_filter} counts reasoning where asked for.
 * </ul>
 */
final class ChatOperators {
  private ChatOperators() {}

  static List<OperatorSpec> all() {
    return List.of(
        RecordKind.CHAT.spec(
            "chat_context_round_trimmer",
            "Removes rounds from the end until the chat fits.",
            List.of(
                Parameters.integer("max_context_len", 16384, "characters of all messages"),
                Parameters.flag("count_reasoning", false, "whether reasoning counts")),
            ChatOperators::roundTrimmer),
        RecordKind.CHAT.spec(
            "chat_invalid_filter",
            "Drops chats that cannot be trained on.",
            List.of(
                Parameters.texts(
                    "rules",
                    Parameters.names(Rule.class),
                    "empty_messages: none at all; empty_content: one without text, image or tool"
                        + " call; invalid_role_order: not system? (user, answer)+"),
                REVERSE),
            ChatOperators::invalidFilter),
        RecordKind.CHAT.spec(
            "chat_length_filter",
            "Drops chats with a message that is too long, and chats that are too short or long.",
            List.of(
                Parameters.integer("system_max_len", 4096, "characters of a system message"),
                Parameters.integer("user_max_len", 4096, "characters of a user message"),
                Parameters.integer("assistant_max_len", 4096, "characters of an answer"),
                Parameters.integer("total_max_len", 16384, "characters of all messages"),
                Parameters.integer("user_min_len", 0, "the least characters of a user message"),
                Parameters.integer("assistant_min_len", 0, "the least characters of an answer"),
                Parameters.flag("count_reasoning", false, "whether reasoning counts"),
                REVERSE),
            ChatOperators::lengthFilter),
        RecordKind.CHAT.spec(
            "chat_turn_filter",
            "Drops chats with too few or too many turns of the user.",
            List.of(
                Parameters.integer("min_turns", 1, "the least number of turns"),
                Parameters.integer("max_turns", 1000, "the largest number of turns"),
                REVERSE),
            ChatOperators::turnFilter),
        RecordKind.CHAT.spec(
            "chat_reasoning_content_merger",
            "Puts what the assistant thought in front of what it answered.",
            List.of(
                Parameters.text("prefix", "<think>\n", "before the reasoning"),
                Parameters.text("suffix", "\n</think>", "after the reasoning"),
                Parameters.flag("clear_reasoning", false, "whether the reasoning leaves its field"),
                Parameters.flag(
                    "force_wrapper",
                    false,
                    "whether an answer without reasoning gets an empty one"),
                Parameter.choice(
                    "strategy",
                    List.of("multi_turn", "first_turn", "last_turn"),
                    "all answers, the first one or the last one")),
            ChatOperators::reasoningMerger));
  }

  /** What {@code chat_invalid_filter} looks for. */
  enum Rule {
    EMPTY_MESSAGES("has no messages"),
    EMPTY_CONTENT("has an empty message"),
    INVALID_ROLE_ORDER("roles are in a wrong order");

    private final String reason;

    Rule(String reason) {
      this.reason = reason;
    }
  }

  private static ChatRecord chat(DataRecord record) {
    if (record instanceof ChatRecord chat) {
      return chat;
    }
    throw new DataException("this operator works on chats, not on preference pairs");
  }

  /** The conversations of a record: of a preference pair, one with each end. */
  private static List<List<ChatMessage>> conversations(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> List.of(chat.messages());
      case PreferenceRecord pair -> List.of(with(pair, pair.chosen()), with(pair, pair.rejected()));
      default -> List.of();
    };
  }

  private static List<ChatMessage> with(PreferenceRecord pair, List<ChatMessage> end) {
    List<ChatMessage> messages = new ArrayList<>(pair.prompt());
    messages.addAll(end);
    return messages;
  }

  private static long length(ChatMessage message, boolean reasoning) {
    String text = message.content();
    long length = text.codePointCount(0, text.length());
    if (reasoning && message.reasoning().isPresent()) {
      String thought = message.reasoning().get();
      length += thought.codePointCount(0, thought.length());
    }
    return length;
  }

  private static RecordOperator roundTrimmer(Arguments arguments) {
    long limit = arguments.integer("max_context_len");
    boolean reasoning = arguments.flag("count_reasoning");
    return (record, context) -> {
      ChatRecord chat = chat(record);
      long total = 0;
      // Where the last round that fits ends; a round begins with a message of the user.
      int end = 0;
      boolean user = false;
      for (int i = 0; i < chat.messages().size(); i++) {
        ChatMessage message = chat.messages().get(i);
        if (message.role() == Role.USER) {
          if (user && total <= limit) {
            end = i;
          }
          user = true;
        }
        total += length(message, reasoning);
      }
      if (total <= limit) {
        return Outcome.keep(record);
      }
      return end == 0
          ? Outcome.drop("the first round is too long")
          : Outcome.keep(chat.withMessages(chat.messages().subList(0, end)));
    };
  }

  private static RecordOperator invalidFilter(Arguments arguments) {
    List<Rule> rules = Parameters.choices(arguments, "rules", Rule.class);
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      for (List<ChatMessage> messages : conversations(record)) {
        for (Rule rule : rules) {
          boolean broken =
              switch (rule) {
                case EMPTY_MESSAGES -> messages.isEmpty();
                case EMPTY_CONTENT -> messages.stream().anyMatch(ChatOperators::isEmpty);
                case INVALID_ROLE_ORDER -> !isOrdered(messages);
              };
          if (broken) {
            return reverse ? Outcome.keep(record) : Outcome.drop(rule.reason);
          }
        }
      }
      return reverse ? Outcome.drop("not: invalid") : Outcome.keep(record);
    };
  }

  private static boolean isEmpty(ChatMessage message) {
    boolean image =
        message.body() instanceof Content.Parts parts
            && parts.parts().stream().anyMatch(part -> part instanceof ContentPart.Image);
    return ContentOperators.trim(message.content(), "").isEmpty()
        && message.toolCalls().isEmpty()
        && !image;
  }

  /**
   * Whether the roles are {@code system? (user answer)+}, where an answer is {@code (assistant with
   * tool calls, tool+)* assistant}.
   */
  static boolean isOrdered(List<ChatMessage> messages) {
    int i = !messages.isEmpty() && messages.getFirst().role() == Role.SYSTEM ? 1 : 0;
    if (i == messages.size()) {
      return false;
    }
    Role last = Role.ASSISTANT;
    boolean called = false;
    for (; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      boolean fits =
          switch (message.role()) {
            case SYSTEM -> false;
            case USER -> last == Role.ASSISTANT && !called;
            case ASSISTANT -> last == Role.USER || last == Role.TOOL;
            case TOOL -> called;
          };
      if (!fits) {
        return false;
      }
      if (message.role() == Role.ASSISTANT) {
        called = !message.toolCalls().isEmpty();
      }
      last = message.role();
    }
    return last == Role.ASSISTANT && !called;
  }

  private static RecordOperator lengthFilter(Arguments arguments) {
    Map<Role, Long> most = new EnumMap<>(Role.class);
    most.put(Role.SYSTEM, arguments.integer("system_max_len"));
    most.put(Role.USER, arguments.integer("user_max_len"));
    most.put(Role.ASSISTANT, arguments.integer("assistant_max_len"));
    Map<Role, Long> least = new EnumMap<>(Role.class);
    least.put(Role.USER, arguments.integer("user_min_len"));
    least.put(Role.ASSISTANT, arguments.integer("assistant_min_len"));
    long total = arguments.integer("total_max_len");
    boolean reasoning = arguments.flag("count_reasoning");
    boolean reverse = arguments.flag("reverse");
    return (record, context) -> {
      Optional<String> wrong = Optional.empty();
      for (List<ChatMessage> messages : conversations(record)) {
        long sum = 0;
        for (ChatMessage message : messages) {
          long length = length(message, reasoning);
          sum += length;
          String who = message.role().wireName();
          if (length > most.getOrDefault(message.role(), Long.MAX_VALUE)) {
            wrong = Optional.of(who + " message is too long");
          } else if (length < least.getOrDefault(message.role(), 0L)
              && message.toolCalls().isEmpty()) {
            wrong = Optional.of(who + " message is too short");
          }
        }
        if (sum > total) {
          wrong = Optional.of("the chat is too long");
        }
      }
      if (reverse) {
        return wrong.isPresent() ? Outcome.keep(record) : Outcome.drop("not: a wrong length");
      }
      return wrong.map(Outcome::drop).orElseGet(() -> Outcome.keep(record));
    };
  }

  private static RecordOperator turnFilter(Arguments arguments) {
    long least = arguments.integer("min_turns");
    long most = arguments.integer("max_turns");
    return ContentOperators.filter(
        arguments.flag("reverse"),
        "too few or too many turns",
        record ->
            conversations(record).stream()
                .mapToLong(messages -> messages.stream().filter(m -> m.role() == Role.USER).count())
                .anyMatch(turns -> turns < least || turns > most));
  }

  private static RecordOperator reasoningMerger(Arguments arguments) {
    String prefix = arguments.text("prefix");
    String suffix = arguments.text("suffix");
    boolean clear = arguments.flag("clear_reasoning");
    boolean force = arguments.flag("force_wrapper");
    String strategy = arguments.text("strategy");
    return (record, context) -> {
      ChatRecord chat = chat(record);
      List<ChatMessage> messages = new ArrayList<>(chat.messages());
      List<Integer> answers = new ArrayList<>();
      for (int i = 0; i < messages.size(); i++) {
        if (messages.get(i).role() == Role.ASSISTANT) {
          answers.add(i);
        }
      }
      if (answers.isEmpty()) {
        return Outcome.keep(record);
      }
      List<Integer> chosen =
          switch (strategy) {
            case "first_turn" -> List.of(answers.getFirst());
            case "last_turn" -> List.of(answers.getLast());
            default -> answers;
          };
      for (int i : chosen) {
        messages.set(i, merge(messages.get(i), prefix, suffix, clear, force));
      }
      return Outcome.keep(chat.withMessages(messages));
    };
  }

  private static ChatMessage merge(
      ChatMessage message, String prefix, String suffix, boolean clear, boolean force) {
    String reasoning = message.reasoning().orElse("");
    String wrapped = prefix + reasoning + suffix;
    boolean wanted = force || !reasoning.isEmpty();
    // A cleared reasoning leaves only the prefix to see that it is there already.
    boolean present =
        reasoning.isEmpty()
            ? message.content().startsWith(prefix) && message.content().contains(suffix)
            : message.content().startsWith(wrapped);
    Content body = message.body();
    if (wanted && !present) {
      body = prepend(body, wrapped);
    }
    return ChangedMessage.of(message, body, clear ? Optional.empty() : message.reasoning());
  }

  private static Content prepend(Content body, String text) {
    if (!(body instanceof Content.Parts parts)) {
      return new Content.Text(text + body.text());
    }
    List<ContentPart> longer = new ArrayList<>(parts.parts());
    longer.addFirst(new ContentPart.Text(text));
    return new Content.Parts(longer);
  }
}
