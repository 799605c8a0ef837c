package org.blossomlm.train.example;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.text.MarkedText;

/**
 * Finds the answers in what a template writes, whatever the template, by rendering: an answer
 * begins where the prompt ends that the engine would give the model at that point, and ends with
 * the first end token after the last character of it that is not the template's own. Everything
 * that is learnt follows a prompt that occurs in use, character by character.
 */
final class AnswerFinder {
  /** Characters of a text that a message shows after and before the place in question. */
  private static final int SHOWN = 60;

  private static final int BEFORE = 20;

  private final ChatTemplate template;
  private final ExamplePolicy policy;
  private final Set<String> endTokens;
  private final LocalDateTime now;

  /**
   * @param endTokens texts of the tokens that end an answer
   * @param now for templates that write the date
   */
  AnswerFinder(
      ChatTemplate template, ExamplePolicy policy, Set<String> endTokens, LocalDateTime now) {
    this.template = template;
    this.policy = policy;
    this.endTokens = endTokens;
    this.now = now;
  }

  /**
   * Samples in which every answer of {@code learnt} occurs once, the first one first. There is one,
   * unless the template writes an answer differently once the conversation goes on.
   *
   * @param learnt indices of messages, rising
   */
  List<RenderedSample> find(
      String record,
      List<ChatMessage> messages,
      List<Map<String, Object>> tools,
      List<Integer> learnt) {
    List<RenderedSample> samples = new ArrayList<>();
    for (int index : learnt.reversed()) {
      RenderedSample alone = answer(record, messages, tools, index);
      AnswerSpan span = alone.answers().getFirst();
      if (!samples.isEmpty() && begins(samples.getFirst().text(), alone.text(), span.end())) {
        RenderedSample longer = samples.removeFirst();
        List<AnswerSpan> spans = new ArrayList<>(longer.answers());
        spans.addFirst(span);
        samples.addFirst(new RenderedSample(longer.text(), spans));
      } else {
        if (!samples.isEmpty() && policy.history() == ExamplePolicy.History.FAIL) {
          throw historyChanges(record, index, alone, samples.getFirst().text());
        }
        samples.addFirst(alone);
      }
    }
    return samples;
  }

  private ExampleException historyChanges(
      String record, int index, RenderedSample alone, MarkedText longer) {
    int from = difference(alone.text().text(), longer.text());
    return new ExampleException(
        ExampleNote.HISTORY_CHANGES,
        ("%s: the chat template (%s) changes history: it writes messages[%d] as %s while it is the"
                + " last, and as %s once the conversation goes on; set history: split to learn each"
                + " such answer in a sample of its own, or turns: last, or another template")
            .formatted(
                record,
                template.origin(),
                index,
                shown(alone.text().text(), from),
                shown(longer.text(), from)));
  }

  /** The conversation up to an answer, rendered. */
  private RenderedSample answer(
      String record, List<ChatMessage> messages, List<Map<String, Object>> tools, int index) {
    MarkedText prompt = render(record, messages.subList(0, index), tools, true);
    MarkedText whole = render(record, messages.subList(0, index + 1), tools, false);
    if (!begins(whole, prompt, prompt.length())) {
      int from = difference(prompt.text(), whole.text());
      throw new ExampleException(
          ExampleNote.PROMPT_DIFFERS,
          ("%s: the prompt of the chat template (%s) for messages[%d] is not how it begins the"
                  + " answer: the prompt goes on with %s, the answer with %s; what is learnt would"
                  + " not be what is asked for in use. Set variables of the template (for example"
                  + " enable_thinking: false), or use another template")
              .formatted(
                  record,
                  template.origin(),
                  index,
                  shown(prompt.text(), from),
                  shown(whole.text(), from)));
    }
    int end = end(whole, prompt.length());
    if (end < 0) {
      if (policy.appendEnd().isEmpty()) {
        throw new ExampleException(
            ExampleNote.NO_END_TOKEN,
            ("%s: the chat template (%s) writes no end token after messages[%d] (%s), so a model"
                    + " would never learn to stop; known are: %s. Name the token in end_tokens, or"
                    + " in append_end to put it there")
                .formatted(
                    record,
                    template.origin(),
                    index,
                    shown(whole.text(), Math.max(prompt.length(), whole.length() - SHOWN / 2)),
                    endTokens.isEmpty() ? "none" : String.join(" ", endTokens)));
      }
      whole = MarkedText.builder().append(whole).trusted(policy.appendEnd().get()).build();
      end = whole.length();
    }
    int reasoningEnd = reasoningEnd(whole, prompt.length(), end, messages.get(index));
    return new RenderedSample(whole, List.of(new AnswerSpan(prompt.length(), end, reasoningEnd)));
  }

  private MarkedText render(
      String record,
      List<ChatMessage> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt) {
    try {
      return template.render(
          new ChatTemplate.Request(messages, tools, addGenerationPrompt, policy.variables(), now));
    } catch (ModelException e) {
      throw new ExampleException(ExampleNote.REFUSED, record + ": " + e.getMessage(), e);
    }
  }

  /** The first end token after the last character that is data; -1 if there is none. */
  private int end(MarkedText text, int from) {
    int after = text.length();
    while (after > from && !text.isData(after - 1)) {
      after--;
    }
    int first = Integer.MAX_VALUE;
    int end = -1;
    for (String token : endTokens) {
      int at = text.text().indexOf(token, after);
      boolean longer = at == first && at + token.length() > end;
      if (at >= 0 && (at < first || longer)) {
        first = at;
        end = at + token.length();
      }
    }
    return end;
  }

  /** Where the reasoning of a message ends in its answer; the start if it is not written there. */
  private static int reasoningEnd(MarkedText text, int start, int end, ChatMessage message) {
    String reasoning = ReasoningText.of(message).strip();
    int at = reasoning.isEmpty() ? -1 : text.text().indexOf(reasoning, start);
    return at < 0 || at + reasoning.length() > end ? start : at + reasoning.length();
  }

  /** Whether {@code text} begins with the first {@code length} characters of {@code beginning}. */
  private static boolean begins(MarkedText text, MarkedText beginning, int length) {
    return text.length() >= length && text.subText(0, length).equals(beginning.subText(0, length));
  }

  private static int difference(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  private static String shown(String text, int from) {
    int start = Math.max(0, from - BEFORE);
    int end = Math.min(text.length(), from + SHOWN);
    return (start > 0 ? "\"…" : "\"")
        + text.substring(start, end).replace("\n", "\\n")
        + (end < text.length() ? "…\"" : "\"");
  }
}
