package org.blossomlm.train.example;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How conversations become samples.
 *
 * @param maxLength tokens of a sample, at least 2
 * @param tooLong what happens to a conversation that has more
 * @param turns which answers are learnt; one with {@code "weight": 0} never is, as in OpenAI's
 *     format
 * @param reasoning what happens to what the model thought before it answered
 * @param toolCalls whether answers that call tools are learnt
 * @param history what happens where the template writes an answer differently once the conversation
 *     goes on
 * @param problems what happens to a record of which no sample can be made
 * @param endTokens texts of tokens that end an answer, besides those that the tokenizer knows
 * @param appendEnd the token to put after answers where the template writes none
 * @param variables of the template, e.g. {@code enable_thinking}
 */
public record ExamplePolicy(
    int maxLength,
    TooLong tooLong,
    Turns turns,
    Reasoning reasoning,
    ToolCalls toolCalls,
    History history,
    Problems problems,
    List<String> endTokens,
    Optional<String> appendEnd,
    Map<String, @Nullable Object> variables) {

  /** What happens to conversations with too many tokens. */
  public enum TooLong {
    /** Turns are left out at the end; without one answer that fits, all of it. */
    CUT,
    DROP,
    FAIL
  }

  /** Which answers are learnt. */
  public enum Turns {
    ALL,
    LAST
  }

  /** What happens to reasoning. */
  public enum Reasoning {
    /** Learnt where the template writes it. */
    LEARN,
    /** Read but not learnt. */
    MASK,
    /** Taken out before the template sees it. */
    DROP
  }

  /** What happens to answers that call tools; what tools answer is never learnt. */
  public enum ToolCalls {
    LEARN,
    MASK
  }

  /** What happens where a template changes what was written before. */
  public enum History {
    FAIL,
    /**
     * Samples in which every answer follows exactly the prompt that it follows in use: one for all
     * answers whose text the template keeps, one each for the others.
     */
    SPLIT
  }

  /** What happens to records of which no sample can be made. */
  public enum Problems {
    FAIL,
    /** They are left out and counted. */
    SKIP
  }

  public ExamplePolicy {
    if (maxLength < 2) {
      throw new IllegalArgumentException("a sample has at least 2 tokens, not " + maxLength);
    }
    endTokens = List.copyOf(endTokens);
    variables = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(variables));
  }

  /** Everything is learnt, what is too long is cut, and every problem is an error. */
  public static ExamplePolicy of(int maxLength) {
    return new ExamplePolicy(
        maxLength,
        TooLong.CUT,
        Turns.ALL,
        Reasoning.LEARN,
        ToolCalls.LEARN,
        History.FAIL,
        Problems.FAIL,
        List.of(),
        Optional.empty(),
        Map.of());
  }

  public ExamplePolicy with(TooLong tooLong) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy with(Turns turns) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy with(Reasoning reasoning) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy with(ToolCalls toolCalls) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy with(History history) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy with(Problems problems) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy withEndTokens(List<String> endTokens) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }

  public ExamplePolicy withAppendedEnd(String token) {
    return new ExamplePolicy(
        maxLength,
        tooLong,
        turns,
        reasoning,
        toolCalls,
        history,
        problems,
        endTokens,
        Optional.of(token),
        variables);
  }

  public ExamplePolicy withVariables(Map<String, @Nullable Object> variables) {
    return new ExamplePolicy(
        maxLength, tooLong, turns, reasoning, toolCalls, history, problems, endTokens, appendEnd,
        variables);
  }
}
