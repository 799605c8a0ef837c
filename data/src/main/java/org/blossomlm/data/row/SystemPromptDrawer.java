package org.blossomlm.data.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Gives a chat a system message that is drawn from a list, as Orca does. An empty one on the list
 * means none. A chat that has one keeps it.
 *
 * @see <a href="https://arxiv.org/abs/2306.02707">Orca, section 3.1</a>
 */
final class SystemPromptDrawer implements RecordOperator {
  private final SystemPrompts prompts;
  private final Optional<String> match;
  private final double share;

  private SystemPromptDrawer(Arguments arguments) {
    match = arguments.optionalText("match");
    prompts =
        SystemPrompts.read(
            arguments.file("prompts"), arguments.text("at"), arguments.text("field"), match);
    share = arguments.number("share");
    if (!(share >= 0 && share <= 1)) {
      throw new DataException("share is " + share + "; it must be from 0 to 1");
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "system_prompt_drawer",
        "Gives each chat without a system message one that is drawn from a list",
        List.of(
            Parameter.required(
                "prompts",
                Kind.FILE,
                "the list: JSON Lines, a JSON array, or text with a prompt on each line; an empty"
                    + " text in JSON means no system message"),
            Parameter.of(
                "field", Kind.TEXT, "prompt", "the field with the prompt, where they are objects"),
            Parameter.of(
                "at",
                Kind.TEXT,
                "",
                "where in a JSON document the array is, as a JSON pointer such as /messages"),
            Parameter.optional(
                "match",
                Kind.TEXT,
                "a metadata entry, e.g. language: only prompts with the same value in their field"
                    + " of this name are drawn"),
            Parameter.of("share", Kind.NUMBER, 1.0, "share of the chats that get one, 0 to 1")),
        SystemPromptDrawer::new);
  }

  @Override
  public Outcome apply(DataRecord record, OperatorContext context) {
    if (!(record instanceof ChatRecord chat)) {
      throw new DataException(
          "system_prompt_drawer works on chats, and this is a "
              + record.getClass().getSimpleName()
              + "; make chats with row_to_chat first");
    }
    String value = match.map(name -> String.valueOf(record.head().metadata().get(name))).orElse("");
    List<String> choice = prompts.byValue().get(value);
    if (choice == null) {
      throw new DataException(
          "%s has no prompt with %s = %s; there are: %s"
              .formatted(
                  prompts.file().getFileName(),
                  match.orElse(""),
                  value,
                  String.join(", ", prompts.byValue().keySet())));
    }
    RandomGenerator random = context.random(record);
    boolean wanted = random.nextDouble() < share;
    String prompt = choice.get(random.nextInt(choice.size()));
    if (!wanted || prompt.isEmpty() || chat.first(Role.SYSTEM).isPresent()) {
      return Outcome.keep(record);
    }
    List<ChatMessage> messages = new ArrayList<>();
    messages.add(ChatMessage.system(prompt));
    messages.addAll(chat.messages());
    return Outcome.keep(chat.withMessages(messages));
  }
}
