package org.blossomlm.data.generate;

import java.util.List;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.teacher.ScoreRequest;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Instruction-following difficulty: how much the instruction helps a model to foresee the answer,
 * as what it thinks of the answer after the instruction over what it thinks of the answer alone.
 * Near 1 the instruction helps little, so that there is much to learn; above 1 it misleads, which
 * says that answer and instruction do not belong together.
 *
 * <p>Both sides are means over the same tokens: the answer is tokenised alone, and where the model
 * has no BOS, the first token has no probability alone and counts on neither side. Of several
 * answers in a conversation each is conditioned on all before it. The end of the turn does not
 * count.
 *
 * @see <a href="https://arxiv.org/abs/2308.12032">Li et al. 2023, From Quantity to Quality</a>,
 *     whose ratio is that of losses
 * @see <a href="https://arxiv.org/abs/2402.00530">Li et al. 2024, Superfiltering</a>, whose ratio
 *     is that of perplexities; both are above 1 for the same records
 */
final class InstructionDifficulty {
  private final String teacher;
  private final String key;
  private final String turns;
  private final boolean ofLosses;
  private final double least;
  private final double most;
  private final boolean mark;

  private InstructionDifficulty(Arguments arguments) {
    teacher = arguments.text("teacher");
    key = arguments.text("metadata_key");
    turns = arguments.text("turns");
    ofLosses = arguments.text("ratio").equals("loss");
    least = Checked.number(arguments, "min", 0, Double.MAX_VALUE);
    most = Checked.number(arguments, "max", 0, Double.MAX_VALUE);
    mark = arguments.flag("mark_only");
    if (least > most) {
      throw new DataException("min is %s and max is %s: nothing would stay".formatted(least, most));
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "ifd",
        "Keeps chats by instruction-following difficulty (IFD): how little the instruction helps a"
            + " local model to foresee the answer",
        List.of(
            TeacherSettings.LOCAL_TEACHER,
            Parameter.of("min", Kind.NUMBER, 0.0, "chats below it are dropped"),
            Parameter.of(
                "max",
                Kind.NUMBER,
                1.0,
                "chats above it are dropped: above 1 the instruction makes the answer less likely"),
            Parameter.choice(
                "ratio",
                List.of("perplexity", "loss"),
                "of which the quotient is taken: answer after instruction / answer alone"),
            Parameter.choice(
                "turns", List.of("all", "first", "last"), "which answers of the assistant count"),
            Parameter.of(
                "metadata_key",
                Kind.TEXT,
                "ifd",
                "the entry for the quotient; KEY_answer_loss and KEY_conditional_loss are written"
                    + " beside it, in nats per token"),
            Parameter.of(
                "mark_only", Kind.FLAG, false, "whether to write the entries and keep all")),
        arguments -> TeacherWork.onChats(new InstructionDifficulty(arguments)::filter));
  }

  private Outcome filter(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    double conditional = 0;
    double alone = 0;
    long tokens = 0;
    for (int i : AssistantTurns.chosen(record.messages(), turns)) {
      ChatMessage answer = record.messages().get(i);
      List<ChatMessage> history = Turns.withoutReasoning(record.messages().subList(0, i));
      if (history.stream().noneMatch(message -> message.role() == Role.USER)) {
        throw new GenerationException("an answer stands before the first instruction");
      }
      TextScore single = calls.score(teacher, ScoreRequest.ofText(answer.content()));
      TextScore after =
          calls.score(teacher, ScoreRequest.ofAnswer(history, record.tools(), answer.content()));
      int both = Math.min(single.tokens(), after.tokens());
      if (both > 0) {
        conditional += after.loss(both) * both;
        alone += single.loss(both) * both;
        tokens += both;
      }
    }
    if (tokens == 0) {
      throw new GenerationException("no answer with a token that can be scored");
    }
    double conditionalLoss = conditional / tokens;
    double answerLoss = alone / tokens;
    double ifd = ofLosses ? conditionalLoss / answerLoss : Math.exp(conditionalLoss - answerLoss);
    if (!Double.isFinite(ifd)) {
      throw new GenerationException("the answer alone has a loss of " + answerLoss + ": no IFD");
    }
    if (!mark && ifd > most) {
      return Outcome.drop(
          most == 1
              ? "IFD above 1: the instruction does not help to foresee the answer"
              : "IFD too high");
    }
    if (!mark && ifd < least) {
      return Outcome.drop("IFD too low");
    }
    return Outcome.keep(
        calls
            .stamp(record)
            .withMetadata(key, ifd)
            .withMetadata(key + "_answer_loss", answerLoss)
            .withMetadata(key + "_conditional_loss", conditionalLoss));
  }
}
