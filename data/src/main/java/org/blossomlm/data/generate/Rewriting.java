package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
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
 * Rewrites messages or texts as a recipe says in words; the language, code, formulas and numbers
 * stay ({@link PreservedText}). A record is rewritten as a whole or not at all.
 */
final class Rewriting {
  private static final List<Parameter> PARAMETERS =
      List.of(
          TeacherSettings.TEACHER,
          Parameter.required("guidance", Kind.TEXT, "what the new text is to be like"),
          TeacherSettings.PARAMETERS,
          TeacherSettings.RETRIES);

  private final TeacherSettings teacher;
  private final String guidance;
  private final Set<Role> roles;
  private final boolean lastOnly;

  private Rewriting(Arguments arguments, boolean chats) {
    teacher = TeacherSettings.of(arguments);
    guidance = arguments.text("guidance");
    if (guidance.isBlank()) {
      throw new DataException("guidance is empty: say in words what the new text is to be like");
    }
    roles = chats ? Checked.roles(arguments, "roles") : Set.of();
    lastOnly = chats && arguments.text("turns").equals("last");
  }

  static List<OperatorSpec> specs() {
    List<Parameter> ofChats = new ArrayList<>(PARAMETERS);
    ofChats.add(
        Parameter.of("roles", Kind.TEXTS, List.of("assistant"), "whose messages are rewritten"));
    ofChats.add(
        Parameter.choice(
            "turns", List.of("all", "last"), "all messages of each role, or the last of each"));
    return List.of(
        new OperatorSpec(
            "chat_rewriter",
            "Rewrites messages of a chat as said in words; code and numbers stay",
            ofChats,
            arguments -> TeacherWork.onChats(new Rewriting(arguments, true)::rewrite)),
        new OperatorSpec(
            "text_rewriter",
            "Rewrites a text as said in words; code and numbers stay",
            PARAMETERS,
            arguments -> TeacherWork.onRecords(new Rewriting(arguments, false)::rewrite)));
  }

  private Outcome rewrite(DataRecord record, TeacherCalls calls) throws InterruptedException {
    return Outcome.keep(
        switch (record) {
          case ChatRecord chat -> calls.stamp(chat.withMessages(rewrite(chat.messages(), calls)));
          case TextRecord text -> {
            TextRecord rewritten = text.withText(rewrite(text.text(), calls));
            yield calls.stamp(rewritten);
          }
          default ->
              throw new GenerationException(
                  "text_rewriter works on texts, the record is a "
                      + record.getClass().getSimpleName());
        });
  }

  private List<ChatMessage> rewrite(List<ChatMessage> messages, TeacherCalls calls)
      throws InterruptedException {
    List<ChatMessage> result = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      boolean chosen =
          roles.contains(message.role())
              && !message.content().isBlank()
              && (!lastOnly || Turns.lastIndex(messages, message.role()) == i);
      result.add(chosen ? Turns.withText(message, rewrite(message.content(), calls)) : message);
    }
    return result;
  }

  private String rewrite(String text, TeacherCalls calls) throws InterruptedException {
    PreservedText source = PreservedText.of(text);
    PromptLanguage language = PromptLanguage.of(text);
    return new AnswerDialogue(calls, teacher, language)
        .tagged(
            Prompt.REWRITE,
            Map.of("guidance", guidance, "text", source.shown()),
            answer -> {
              String result = TaggedText.one(answer);
              if (PreservedText.of(result).hasWords() && PromptLanguage.of(result) != language) {
                throw new GenerationException(
                    "the text must stay in " + language.nameIn(PromptLanguage.EN));
              }
              return source.restore(result);
            });
  }
}
