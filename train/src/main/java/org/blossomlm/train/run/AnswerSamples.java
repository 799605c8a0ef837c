package org.blossomlm.train.run;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.example.PromptFormat;
import org.blossomlm.train.nn.TrainingModel;

/**
 * What a model that is being trained answers, always the likeliest token next. Every token takes a
 * pass over all before it, which a few short answers are worth.
 */
final class AnswerSamples {
  private final TrainConfig config;
  private final PromptFormat format;
  private final LocalDateTime now;
  private final Set<Integer> ends;

  /**
   * @param ends tokens that end answers
   */
  AnswerSamples(TrainConfig config, PromptFormat format, LocalDateTime now, Set<Integer> ends) {
    this.config = config;
    this.format = format;
    this.now = now;
    this.ends = ends;
  }

  void tell(TrainingModel model, long step, RunListener listener) {
    for (String prompt : config.evaluation().prompts()) {
      listener.answered(step, prompt, answer(model, prompt));
    }
  }

  private String answer(TrainingModel model, String prompt) {
    MarkedText text =
        format
            .template()
            .render(
                new ChatTemplate.Request(
                    List.of(ChatMessage.of(Role.USER, prompt)),
                    List.of(),
                    true,
                    config.examples().variables(),
                    now));
    List<Integer> tokens =
        new ArrayList<>(
            text.pieces().stream()
                .flatMapToInt(piece -> IntStream.of(format.tokenizer().encode(piece, false)))
                .boxed()
                .toList());
    if (format.tokenizer().addBos() && format.tokenizer().bos().isPresent()) {
      int bos = format.tokenizer().bos().getAsInt();
      if (tokens.isEmpty() || tokens.getFirst() != bos) {
        tokens.addFirst(bos);
      }
    }
    int before = tokens.size();
    while (tokens.size() < before + config.evaluation().answerTokens()) {
      int next =
          likeliest(model.logitsAfter(tokens.stream().mapToInt(Integer::intValue).toArray()));
      if (ends.contains(next)) {
        break;
      }
      tokens.add(next);
    }
    return format
        .tokenizer()
        .decode(
            tokens.subList(before, tokens.size()).stream().mapToInt(Integer::intValue).toArray(),
            false);
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
