package org.blossomlm.data.math;

import java.util.List;
import java.util.Optional;

/**
 * What counts as the answer of a solution, and as the same answer, in one source. The graders of
 * the sources contradict each other, so each has a table of its own; nothing is shared but the
 * numbers: values are compared exactly, so 18.00 is 18, 2/6 is 1/3 and 0.5 is 1/2 everywhere,
 * although GSM8K's and MATH's own graders compare strings.
 *
 * <table>
 * <caption>Policies</caption>
 * <tr><th>name</th><th>answer found by (first that is there)</th><th>12% is</th><th>1, 2 and 2, 1</th>
 *     <th>units</th><th>letters</th><th>4(5/11)</th><th>tolerance</th></tr>
 * <tr><td>gsm8k</td><td>####, "A:" line, boxed, phrase</td><td>12</td><td>differ</td><td>ignored</td>
 *     <td>units</td><td>product</td><td>0</td></tr>
 * <tr><td>math</td><td>boxed, phrase</td><td>12</td><td>differ</td><td>ignored</td>
 *     <td>variables</td><td>product</td><td>0</td></tr>
 * <tr><td>mgsm</td><td>phrase, boxed, ####, last number</td><td>12</td><td>differ</td>
 *     <td>ignored</td><td>units</td><td>product</td><td>0</td></tr>
 * <tr><td>cmath</td><td>phrase, boxed, ####, last number</td><td>0.12</td><td>same</td>
 *     <td>ignored</td><td>units</td><td>mixed number</td><td>1e-4</td></tr>
 * <tr><td>math23k</td><td>boxed, ####, phrase, last number</td><td>0.12</td><td>same</td>
 *     <td>ignored</td><td>units</td><td>mixed number</td><td>1e-4</td></tr>
 * <tr><td>tal_scq5k</td><td>choice</td><td>0.12</td><td>same</td><td>converted</td>
 *     <td>choices, then variables</td><td>product</td><td>0</td></tr>
 * <tr><td>generic</td><td>boxed, ####, phrase</td><td>0.12</td><td>same</td><td>converted</td>
 *     <td>choices, then variables</td><td>product</td><td>1e-4</td></tr>
 * </table>
 *
 * @param name as recipes spell it
 * @param marks where the answer of a solution stands; the first that is there decides
 * @param percent what a per cent sign means
 * @param ordered whether the order of answers matters that stand one after another
 * @param convertsUnits whether known units are converted (1 km is 1000 m) and units of different
 *     kinds make answers differ, instead of being ignored; an answer without a unit fits any
 * @param algebra whether letters in an answer are variables; else they are units
 * @param choices whether A to H alone are options
 * @param mixedInBrackets whether {@code 4(5/11)} is a mixed number
 * @param tolerance relative to the reference; it holds only where one of the two is written as a
 *     decimal fraction and so may be rounded, never between whole numbers or fractions
 */
public record AnswerPolicy(
    String name,
    List<AnswerMark> marks,
    Percent percent,
    boolean ordered,
    boolean convertsUnits,
    boolean algebra,
    boolean choices,
    boolean mixedInBrackets,
    Rational tolerance) {

  /** What a per cent sign means. */
  public enum Percent {
    /** 12% is 0.12. */
    VALUE,
    /** The sign is a unit: 12% is 12. */
    UNIT
  }

  private static final Rational ROUNDED = Rational.of(1, 10_000);

  /** Grade-school problems with whole answers. A solution that breaks off has no answer. */
  public static final AnswerPolicy GSM8K =
      new AnswerPolicy(
          "gsm8k",
          List.of(AnswerMark.HASHES, AnswerMark.A_LINE, AnswerMark.BOXED, AnswerMark.PHRASE),
          Percent.UNIT,
          true,
          false,
          false,
          false,
          false,
          Rational.ZERO);

  /** Competition problems with answers in LaTeX. */
  public static final AnswerPolicy MATH =
      new AnswerPolicy(
          "math",
          List.of(AnswerMark.BOXED, AnswerMark.PHRASE),
          Percent.UNIT,
          true,
          false,
          true,
          false,
          false,
          Rational.ZERO);

  /** GSM8K's problems in other languages. */
  public static final AnswerPolicy MGSM =
      new AnswerPolicy(
          "mgsm",
          List.of(AnswerMark.PHRASE, AnswerMark.BOXED, AnswerMark.HASHES, AnswerMark.LAST_NUMBER),
          Percent.UNIT,
          true,
          false,
          false,
          false,
          false,
          Rational.ZERO);

  /** Chinese primary-school problems; answers are fractions, decimals and percents. */
  public static final AnswerPolicy CMATH =
      new AnswerPolicy(
          "cmath",
          List.of(AnswerMark.PHRASE, AnswerMark.BOXED, AnswerMark.HASHES, AnswerMark.LAST_NUMBER),
          Percent.VALUE,
          false,
          false,
          false,
          false,
          true,
          ROUNDED);

  /** Chinese word problems whose answers are written like {@code 5((7)/(10))}. */
  public static final AnswerPolicy MATH23K =
      new AnswerPolicy(
          "math23k",
          List.of(AnswerMark.BOXED, AnswerMark.HASHES, AnswerMark.PHRASE, AnswerMark.LAST_NUMBER),
          Percent.VALUE,
          false,
          false,
          false,
          false,
          true,
          ROUNDED);

  /** Multiple choice. */
  public static final AnswerPolicy TAL_SCQ5K =
      new AnswerPolicy(
          "tal_scq5k",
          List.of(AnswerMark.CHOICE),
          Percent.VALUE,
          false,
          true,
          true,
          true,
          false,
          Rational.ZERO);

  /** For anything else: what a careful reader would let pass, and no guess where no mark stands. */
  public static final AnswerPolicy GENERIC =
      new AnswerPolicy(
          "generic",
          List.of(AnswerMark.BOXED, AnswerMark.HASHES, AnswerMark.PHRASE),
          Percent.VALUE,
          false,
          true,
          true,
          true,
          false,
          ROUNDED);

  /** All of them. */
  public static final List<AnswerPolicy> ALL =
      List.of(GENERIC, GSM8K, MATH, MGSM, CMATH, MATH23K, TAL_SCQ5K);

  public AnswerPolicy {
    marks = List.copyOf(marks);
  }

  public static List<String> names() {
    return ALL.stream().map(AnswerPolicy::name).toList();
  }

  public static Optional<AnswerPolicy> named(String name) {
    return ALL.stream().filter(policy -> policy.name().equals(name)).findFirst();
  }
}
