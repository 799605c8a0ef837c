package org.blossomlm.data.filter;

import static org.blossomlm.data.filter.Parameters.REVERSE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Operators on how an assistant behaves: it refuses, says who made it, or gives its instructions
 * away. Only what it says in its own name counts, sentence by sentence ({@link Prose}); a character
 * of a story, a quotation or a program may say anything.
 */
final class BehaviourOperators {
  private BehaviourOperators() {}

  static List<OperatorSpec> all() {
    List<OperatorSpec> specs = new ArrayList<>();
    specs.addAll(
        RecordKind.twins(
            "refusal_filter",
            "Drops records in which the assistant refuses, in Chinese or English.",
            Parameters.ASSISTANT,
            List.of(REVERSE),
            arguments -> {
              TextScope scope = TextScope.from(arguments, "");
              return anyText(arguments, scope, "refuses", Refusals::isRefusal);
            }));
    specs.addAll(
        RecordKind.twins(
            "self_identity_filter",
            "Drops records in which the assistant says which model it is or who made it.",
            Parameters.ASSISTANT,
            List.of(
                Parameters.texts(
                    "allowed_names",
                    List.of(),
                    "names that it may call itself, e.g. that of the model to be trained"),
                REVERSE),
            arguments -> {
              TextScope scope = TextScope.from(arguments, "");
              Set<String> allowed = Set.copyOf(arguments.texts("allowed_names"));
              return anyText(
                  arguments,
                  scope,
                  "says which model it is",
                  text -> Behaviours.identifies(text, allowed));
            }));
    specs.add(
        RecordKind.CHAT.spec(
            "chat_system_prompt_leak_filter",
            "Drops chats in which the assistant gives its instructions away, in words that say so"
                + " or by repeating much of the system message.",
            List.of(
                Parameters.integer(
                    "verbatim_length",
                    60,
                    "characters of the system message in a row, white space not counted, that an"
                        + " answer must not repeat; 0 allows it"),
                REVERSE),
            BehaviourOperators::leakFilter));
    return specs;
  }

  private static RecordOperator anyText(
      Arguments arguments, TextScope scope, String reason, Predicate<String> found) {
    return ContentOperators.filter(
        arguments.flag("reverse"), reason, record -> scope.texts(record).stream().anyMatch(found));
  }

  private static RecordOperator leakFilter(Arguments arguments) {
    int verbatim = Math.toIntExact(arguments.integer("verbatim_length"));
    return ContentOperators.filter(
        arguments.flag("reverse"),
        "gives its instructions away",
        record -> {
          List<ChatMessage> messages = messages(record);
          Optional<String> system =
              messages.stream()
                  .filter(message -> message.role() == Role.SYSTEM)
                  .map(ChatMessage::content)
                  .findFirst();
          return messages.stream()
              .filter(message -> message.role() == Role.ASSISTANT)
              .map(ChatMessage::content)
              .anyMatch(answer ->
                  Behaviours.leaks(answer)
                      || (verbatim > 0
                          && system.isPresent()
                          && repeats(system.get(), answer, verbatim)));
        });
  }

  private static List<ChatMessage> messages(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> chat.messages();
      case PreferenceRecord pair -> {
        List<ChatMessage> all = new ArrayList<>(pair.prompt());
        all.addAll(pair.chosen());
        all.addAll(pair.rejected());
        yield all;
      }
      default -> List.of();
    };
  }

  /**
   * Whether {@code answer} has {@code length} characters of {@code system} in a row, white space
   * left out. Runs are looked up by a rolling hash (Rabin and Karp 1987): both may be long.
   */
  static boolean repeats(String system, String answer, int length) {
    String instructions = system.replaceAll("\\s+", "");
    String said = answer.replaceAll("\\s+", "");
    if (instructions.length() < length || said.length() < length) {
      return false;
    }
    Set<Long> runs = new HashSet<>();
    for (long hash : rollingHashes(said, length)) {
      runs.add(hash);
    }
    long[] hashes = rollingHashes(instructions, length);
    for (int i = 0; i < hashes.length; i++) {
      if (runs.contains(hashes[i]) && said.contains(instructions.substring(i, i + length))) {
        return true;
      }
    }
    return false;
  }

  private static long[] rollingHashes(String text, int length) {
    long factor = 0x9E3779B97F4A7C15L;
    long leaving = 1;
    for (int i = 0; i < length; i++) {
      leaving *= factor;
    }
    long[] hashes = new long[text.length() - length + 1];
    long hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = hash * factor + text.charAt(i);
      if (i >= length) {
        hash -= leaving * text.charAt(i - length);
      }
      if (i >= length - 1) {
        hashes[i - length + 1] = hash;
      }
    }
    return hashes;
  }
}
