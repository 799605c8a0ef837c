package org.blossomlm.data.generate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.generate.AnswerSchema.Field;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;

/**
 * Lets a judge decide by a rule in words. With {@code min_score} it gives a score from 1 to 10 and
 * the number decides, without it the judge does. A record that no judgement came for fails; it is
 * neither kept as good nor dropped as bad.
 */
final class LlmJudgeFilter {
  private static final Field ANALYSIS =
      Field.text("analysis", "the reasons for and against, briefly", "简要说明支持和反对的理由");
  private static final AnswerSchema DECISION =
      AnswerSchema.of(ANALYSIS, Field.flag("keep", "whether the sample is to stay", "是否保留该样本"));
  private static final AnswerSchema SCORE =
      AnswerSchema.of(
          ANALYSIS, Field.integer("score", 1, 10, "how well it follows the rule", "符合规则的程度"));

  private final TeacherSettings teacher;
  private final String guidance;
  private final Optional<Double> minScore;
  private final String metadataKey;
  private final boolean reverse;
  private final boolean markOnly;

  private LlmJudgeFilter(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    guidance = arguments.text("guidance");
    if (guidance.isBlank()) {
      throw new DataException("guidance is empty: say in words which records are to stay");
    }
    minScore =
        arguments.has("min_score")
            ? Optional.of(Checked.number(arguments, "min_score", 1, 10))
            : Optional.empty();
    metadataKey = arguments.text("metadata_key");
    reverse = arguments.flag("reverse");
    markOnly = arguments.flag("mark_only");
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "llm_judge_filter",
        "Keeps records that a judge finds to follow a rule in words",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.required(
                "guidance", Kind.TEXT, "the rule: what a record must be like, or must not be"),
            Parameter.optional(
                "min_score",
                Kind.NUMBER,
                "the judge gives a score from 1 to 10 and this many points are needed; without it "
                    + "the judge says yes or no"),
            Parameter.of(
                "metadata_key", Kind.TEXT, "judge", "the metadata entry with the judgement"),
            Parameter.of("reverse", Kind.FLAG, false, "whether to keep the others instead"),
            Parameter.of(
                "mark_only", Kind.FLAG, false, "whether to write the judgement and keep all"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onRecords(new LlmJudgeFilter(arguments)::filter));
  }

  private Outcome filter(DataRecord record, TeacherCalls calls) throws InterruptedException {
    StructuredAnswer judgement =
        new AnswerDialogue(calls, teacher, PromptLanguage.of(record))
            .structured(
                Prompt.JUDGE,
                Map.of("guidance", guidance, "sample", shown(record)),
                minScore.isPresent() ? SCORE : DECISION);
    boolean good =
        minScore.isPresent()
            ? judgement.integer("score") >= minScore.get()
            : judgement.flag("keep");
    if (!markOnly && good == reverse) {
      return Outcome.drop(
          good ? "judged to follow the guidance" : "judged not to follow the guidance");
    }
    return Outcome.keep(
        calls.stamp(record).withMetadata(metadataKey, new LinkedHashMap<>(judgement.values())));
  }

  private static String shown(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> Turns.shown(chat.messages());
      case TextRecord text -> text.text();
      case RowRecord row ->
          row.fields().entrySet().stream()
              .map(field -> field.getKey() + ": " + field.getValue())
              .collect(Collectors.joining("\n"));
      case PreferenceRecord preference ->
          "%s\n\n[better answer]\n%s\n\n[worse answer]\n%s"
              .formatted(
                  Turns.shown(preference.prompt()),
                  Turns.shown(preference.chosen()),
                  Turns.shown(preference.rejected()));
    };
  }
}
