package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.model.chat.ChatMessage;

/** Lets a judge choose the best of several answers; it sees them in random order. */
record Choosing(AnswerDialogue judge, RandomGenerator random) {
  /** The index of the best answer. */
  int best(List<ChatMessage> conversation, List<Answer> answers) throws InterruptedException {
    // A whole answer is better than any that was cut off, and needs no judge.
    List<Integer> order =
        new ArrayList<>(
            IntStream.range(0, answers.size())
                .filter(i -> !answers.get(i).truncated())
                .boxed()
                .toList());
    if (order.isEmpty()) {
      return 0;
    }
    if (order.size() == 1) {
      return order.getFirst();
    }
    Collections.shuffle(order, Random.from(random));
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < order.size(); i++) {
      shown.append(
          "<answer_%d>\n%s\n</answer_%d>\n"
              .formatted(i + 1, answers.get(order.get(i)).message().content(), i + 1));
    }
    StructuredAnswer choice =
        judge.structured(
            Prompt.PICK,
            Map.of("conversation", Turns.shown(conversation), "answers", shown.toString()),
            schema(order.size()));
    return order.get((int) choice.integer("best") - 1);
  }

  private static AnswerSchema schema(int answers) {
    return AnswerSchema.of(
        AnswerSchema.Field.text(
            "analysis", "strengths and faults of each answer, briefly", "简要说明每个回答的优缺点"),
        AnswerSchema.Field.integer(
            "best", 1, answers, "the number of the best answer", "最好的回答的编号"));
  }
}
