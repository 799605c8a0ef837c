package org.blossomlm.model.jinja;

/**
 * How much a template may ask for. Templates come with model files, so they are not trusted:
 * without limits one line such as {@code {{ 'a' * 10 ** 9 }}} takes the memory of the whole
 * program. Each error names the component here that it hit. The defaults leave room for
 * conversations of millions of characters.
 *
 * @param parseDepth how deep expressions and blocks may nest in the source
 * @param evaluationDepth how deep evaluation may nest: expressions, blocks and macro calls together
 * @param dataDepth how deep lists, dicts and lazy sequences may nest, those of the context included
 * @param steps evaluated expressions and statements of one rendering; 16 characters or elements
 *     that an operation reads or produces also count as one
 * @param outputLength of the rendered text, in UTF-16 units
 * @param stringLength of any string on the way, in UTF-16 units
 * @param collectionSize elements of a list, tuple, dict or range, those of nested ones included
 * @param rangeSize elements of a {@code range}; the default is that of Jinja2's sandbox
 * @param integerBits size of an integer
 */
public record JinjaLimits(
    int parseDepth,
    int evaluationDepth,
    int dataDepth,
    long steps,
    int outputLength,
    int stringLength,
    int collectionSize,
    int rangeSize,
    int integerBits) {

  public static final int DEFAULT_PARSE_DEPTH = 100;
  public static final int DEFAULT_EVALUATION_DEPTH = 600;
  public static final int DEFAULT_DATA_DEPTH = 200;
  public static final long DEFAULT_STEPS = 20_000_000;
  public static final int DEFAULT_OUTPUT_LENGTH = 16 << 20;
  public static final int DEFAULT_STRING_LENGTH = 16 << 20;
  public static final int DEFAULT_COLLECTION_SIZE = 1_000_000;
  public static final int DEFAULT_RANGE_SIZE = 100_000;
  public static final int DEFAULT_INTEGER_BITS = 4096;

  public static final JinjaLimits DEFAULT =
      new JinjaLimits(
          DEFAULT_PARSE_DEPTH,
          DEFAULT_EVALUATION_DEPTH,
          DEFAULT_DATA_DEPTH,
          DEFAULT_STEPS,
          DEFAULT_OUTPUT_LENGTH,
          DEFAULT_STRING_LENGTH,
          DEFAULT_COLLECTION_SIZE,
          DEFAULT_RANGE_SIZE,
          DEFAULT_INTEGER_BITS);

  public JinjaLimits {
    if (parseDepth < 1
        || evaluationDepth < 1
        || dataDepth < 1
        || steps < 1
        || outputLength < 0
        || stringLength < 1
        || collectionSize < 1
        || rangeSize < 0
        || integerBits < 64) {
      throw new IllegalArgumentException("limits must be positive, integerBits at least 64");
    }
  }

  static JinjaException exceeded(String what, long found, String setting, long maximum) {
    return new JinjaException(
        what
            + " "
            + found
            + " exceeds the maximum of "
            + maximum
            + " (raise JinjaLimits."
            + setting
            + " if the template is right)");
  }
}
