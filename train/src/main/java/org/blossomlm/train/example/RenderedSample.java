package org.blossomlm.train.example;

import java.util.List;
import org.blossomlm.model.text.MarkedText;

/** A conversation as the template writes it, with the answers to learn, in order. */
record RenderedSample(MarkedText text, List<AnswerSpan> answers) {
  RenderedSample {
    answers = List.copyOf(answers);
  }
}
