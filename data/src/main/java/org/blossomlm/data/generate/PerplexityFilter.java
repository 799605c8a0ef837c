package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.teacher.ScoreRequest;
import org.blossomlm.data.teacher.TextScore;
import org.blossomlm.model.chat.ChatMessage;

/**
 * Keeps what a local model finds neither too surprising nor too plain: the exponential of the mean
 * negative log-probability of the tokens, of a text, or of the assistant's turns given all before
 * them.
 */
final class PerplexityFilter {
  private final String teacher;
  private final String key;
  private final String turns;
  private final double least;
  private final double most;

  private PerplexityFilter(Arguments arguments) {
    teacher = arguments.text("teacher");
    key = arguments.text("metadata_key");
    turns = arguments.text("turns");
    least = arguments.has("min") ? Checked.number(arguments, "min", 0, Double.MAX_VALUE) : 0;
    most =
        arguments.has("max")
            ? Checked.number(arguments, "max", 0, Double.MAX_VALUE)
            : Double.POSITIVE_INFINITY;
    if (least > most) {
      throw new DataException("min is %s and max is %s: nothing would stay".formatted(least, most));
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "perplexity",
        "Writes how surprised a local model is by a text, or by a chat's answers, and keeps a"
            + " range of it",
        List.of(
            TeacherSettings.LOCAL_TEACHER,
            Parameter.optional("min", Kind.NUMBER, "records below it are dropped"),
            Parameter.optional("max", Kind.NUMBER, "records above it are dropped"),
            Parameter.choice(
                "turns",
                List.of("all", "first", "last"),
                "which answers of a chat's assistant count, given what stands before them"),
            Parameter.of("metadata_key", Kind.TEXT, "perplexity", "the entry to write")),
        arguments -> TeacherWork.onRecords(new PerplexityFilter(arguments)::filter));
  }

  private Outcome filter(DataRecord record, TeacherCalls calls) throws InterruptedException {
    double sum = 0;
    long tokens = 0;
    for (ScoreRequest request : requests(record)) {
      TextScore score = calls.score(teacher, request);
      if (score.tokens() > 0) {
        sum += score.loss(score.tokens()) * score.tokens();
        tokens += score.tokens();
      }
    }
    if (tokens == 0) {
      throw new GenerationException("no text with a token that can be scored");
    }
    double perplexity = Math.exp(sum / tokens);
    if (perplexity > most) {
      return Outcome.drop("perplexity too high");
    }
    if (perplexity < least) {
      return Outcome.drop("perplexity too low");
    }
    return Outcome.keep(calls.stamp(record).withMetadata(key, perplexity));
  }

  private List<ScoreRequest> requests(DataRecord record) {
    return switch (record) {
      case TextRecord text -> List.of(ScoreRequest.ofText(text.text()));
      case ChatRecord chat -> {
        List<ChatMessage> messages = Turns.withoutReasoning(chat.messages());
        List<ScoreRequest> requests = new ArrayList<>();
        for (int i : AssistantTurns.chosen(messages, turns)) {
          requests.add(
              ScoreRequest.ofAnswer(
                  messages.subList(0, i), chat.tools(), messages.get(i).content()));
        }
        yield requests;
      }
      default ->
          throw new GenerationException(
              "perplexity works on texts and chats, the record is a "
                  + record.getClass().getSimpleName());
    };
  }
}
