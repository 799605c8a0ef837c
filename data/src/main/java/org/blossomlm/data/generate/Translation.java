package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
 * Translates between Chinese and English. A record is translated as a whole or not at all: if one
 * message fails, so does the record, and all its messages stay as they were. Each translation is
 * checked by rule (what {@link PreservedText} protects, the language of the result, its length
 * beside the source's) and, if asked, by a second teacher. Messages that are in the target language
 * already, or have no words outside of code, stay as they are.
 *
 * <p>With {@code keep: pair} the original stays beside the translation; {@code metadata.pair} is
 * the original's id in both, {@code metadata.language} tells them apart, so that a set is 1:1.
 */
final class Translation {
  private static final AnswerSchema FAITHFUL =
      AnswerSchema.of(
          AnswerSchema.Field.text("analysis", "what is missing, added or changed", "漏译、添加或改变之处"),
          AnswerSchema.Field.flag("faithful", "whether the translation is faithful", "译文是否忠实"));

  /** Shorter texts may have any ratio of lengths. */
  private static final int SHORT = 60;

  /** What a Han character weighs beside a Latin letter in the length of a text. */
  private static final double HAN_WEIGHT = 3.5;

  private final TeacherSettings teacher;
  private final Optional<TeacherSettings> checker;
  private final PromptLanguage target;
  private final Set<Role> roles;
  private final boolean instructionOnly;
  private final boolean reasoning;
  private final boolean pair;

  private Translation(Arguments arguments, boolean chats) {
    teacher = TeacherSettings.of(arguments);
    checker =
        arguments
            .optionalText("check_teacher")
            .map(name -> new TeacherSettings(name, Map.of(), teacher.retries()));
    target = arguments.choice("target", PromptLanguage.class);
    instructionOnly = arguments.flag("instruction_only");
    pair = arguments.text("keep").equals("pair");
    roles = chats ? Checked.roles(arguments, "roles") : Set.of();
    reasoning = chats && arguments.flag("translate_reasoning");
  }

  static List<OperatorSpec> specs() {
    List<Parameter> parameters =
        List.of(
            TeacherSettings.TEACHER,
            Parameter.choice("target", List.of("zh", "en"), "the language to translate into"),
            Parameter.choice(
                "keep",
                List.of("translation", "pair"),
                "the translation takes the record's place, or stands behind it as a record of its "
                    + "own, ID-zh or ID-en; metadata.pair and metadata.language are set in both"),
            Parameter.of(
                "instruction_only",
                Kind.FLAG,
                false,
                "whether material that an instruction works on stays in its language"),
            Parameter.optional(
                "check_teacher",
                Kind.TEACHER,
                "who compares each translation with its source in a second call; nobody by default"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES);
    List<Parameter> ofChats =
        Stream.concat(
                parameters.stream(),
                Stream.of(
                    Parameter.of(
                        "roles",
                        Kind.TEXTS,
                        List.of("system", "user", "assistant"),
                        "whose messages are translated"),
                    Parameter.of(
                        "translate_reasoning",
                        Kind.FLAG,
                        false,
                        "whether reasoning is translated too; it stays as it is otherwise")))
            .toList();
    return List.of(
        new OperatorSpec(
            "chat_translator",
            "Translates chats between Chinese and English, checked, whole or not at all",
            ofChats,
            arguments -> TeacherWork.onChats(new Translation(arguments, true)::translate)),
        new OperatorSpec(
            "text_translator",
            "Translates texts between Chinese and English, checked",
            parameters,
            arguments -> TeacherWork.onRecords(new Translation(arguments, false)::translate)));
  }

  private Outcome translate(DataRecord record, TeacherCalls calls) throws InterruptedException {
    DataRecord translated =
        switch (record) {
          case ChatRecord chat -> translated(chat, calls);
          case TextRecord text -> text.withText(translate(text.text(), calls));
          default ->
              throw new GenerationException(
                  "text_translator works on texts, the record is a "
                      + record.getClass().getSimpleName());
        };
    if (translated.equals(record)) {
      calls.context().count("already in the target language", 1);
      return Outcome.keep(record);
    }
    DataRecord result = calls.stamp(translated).withMetadata("language", target.code());
    if (!pair) {
      return Outcome.keep(result);
    }
    PromptLanguage source = target == PromptLanguage.ZH ? PromptLanguage.EN : PromptLanguage.ZH;
    return new Outcome.Keep(
        List.of(
            record.withMetadata("language", source.code()).withMetadata("pair", record.id()),
            result
                .withMetadata("pair", record.id())
                .mapHead(head -> head.withId(record.id() + "-" + target.code()))));
  }

  private ChatRecord translated(ChatRecord chat, TeacherCalls calls) throws InterruptedException {
    List<ChatMessage> messages = new ArrayList<>();
    for (ChatMessage message : chat.messages()) {
      messages.add(roles.contains(message.role()) ? translate(message, calls) : message);
    }
    return chat.withMessages(messages);
  }

  private ChatMessage translate(ChatMessage message, TeacherCalls calls)
      throws InterruptedException {
    String text = message.content();
    String translated = translate(text, calls);
    ChatMessage result = translated.equals(text) ? message : Turns.withText(message, translated);
    if (reasoning && message.reasoning().isPresent()) {
      result = Turns.withReasoning(result, translate(message.reasoning().get(), calls));
    }
    return result;
  }

  private String translate(String text, TeacherCalls calls) throws InterruptedException {
    PreservedText source = PreservedText.of(text);
    PromptLanguage language = PromptLanguage.of(text);
    if (!source.hasWords() || language == target) {
      return text;
    }
    String scope =
        (instructionOnly ? Prompt.TRANSLATE_INSTRUCTION : Prompt.TRANSLATE_ALL).text(language);
    Map<String, String> values =
        Map.of("target", target.nameIn(language), "scope", scope, "text", source.shown());
    AnswerDialogue dialogue = new AnswerDialogue(calls, teacher, language);
    String problem = "";
    for (int retry = 0; retry <= teacher.retries(); retry++) {
      String translated =
          dialogue.tagged(
              Prompt.TRANSLATE, values, answer -> checked(source, TaggedText.one(answer)));
      if (checker.isEmpty()) {
        return translated;
      }
      StructuredAnswer verdict =
          new AnswerDialogue(calls, checker.get(), language)
              .structured(
                  Prompt.TRANSLATE_CHECK,
                  Map.of("source", text, "translation", translated),
                  FAITHFUL);
      if (verdict.flag("faithful")) {
        return translated;
      }
      problem = verdict.text("analysis");
    }
    throw new GenerationException(
        "no faithful translation in %d attempts; the last problem: %s"
            .formatted(teacher.retries() + 1, problem));
  }

  private String checked(PreservedText source, String result) {
    String restored = source.restore(result);
    PromptLanguage.Share share = PromptLanguage.Share.of(withoutInlineCode(result));
    // Names, quotations and terms may stay as they are in either language.
    boolean right =
        instructionOnly
            || (target == PromptLanguage.ZH ? share.hanShare() >= 0.3 : share.hanShare() <= 0.3)
            || share.han() + share.words() == 0;
    if (!right) {
      throw new GenerationException(
          "the result is not in " + target.nameIn(PromptLanguage.EN) + "; translate all of it");
    }
    double ratio = weight(result) / weight(source.shown());
    if (source.shown().length() >= SHORT && (ratio < 0.3 || ratio > 3)) {
      throw new GenerationException(
          ratio < 1
              ? "the result is far shorter than the text; leave nothing out"
              : "the result is far longer than the text; translate only, do not answer or explain");
    }
    return restored;
  }

  private static String withoutInlineCode(String text) {
    return text.replaceAll("`[^`\\n]+`", " ");
  }

  private static double weight(String text) {
    long han = PromptLanguage.Share.of(text).han();
    return text.length() - han + HAN_WEIGHT * han;
  }
}
