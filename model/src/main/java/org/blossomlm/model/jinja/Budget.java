package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** What is left of the {@link JinjaLimits} during one rendering. */
final class Budget {
  private static final int UNITS_PER_STEP = 16;

  private final JinjaLimits limits;
  private long steps;
  private long units;
  private int depth;

  Budget(JinjaLimits limits) {
    this.limits = limits;
  }

  JinjaLimits limits() {
    return limits;
  }

  void step() {
    if (++steps > limits.steps()) {
      throw JinjaLimits.exceeded("number of steps", steps, "steps", limits.steps());
    }
  }

  /** Accounts for {@code count} characters or elements read or produced. */
  void work(long count) {
    units += count;
    if (units >= UNITS_PER_STEP) {
      steps += units / UNITS_PER_STEP - 1;
      units %= UNITS_PER_STEP;
      step();
    }
  }

  /** Accounts for an operation that reads all of {@code value}. */
  void read(Value value) {
    switch (value) {
      case StringValue string -> work(string.text().length());
      case ListValue list -> work(list.elements().size());
      case DictValue dict -> work(dict.entries().size());
      default -> {}
    }
  }

  void enter() {
    if (++depth > limits.evaluationDepth()) {
      throw JinjaLimits.exceeded(
          "evaluation depth", depth, "evaluationDepth", limits.evaluationDepth());
    }
  }

  void leave() {
    depth--;
  }

  /** Checks a string before it is built, and pays for it. */
  int text(long length) {
    checkText(length);
    work(length);
    return (int) length;
  }

  void checkText(long length) {
    if (length > limits.stringLength()) {
      throw JinjaLimits.exceeded("string length", length, "stringLength", limits.stringLength());
    }
  }

  void checkOutput(long length) {
    if (length > limits.outputLength()) {
      throw JinjaLimits.exceeded("output length", length, "outputLength", limits.outputLength());
    }
  }

  /** Checks a collection before it is built, and pays for it. */
  int size(long size) {
    if (size > limits.collectionSize()) {
      throw JinjaLimits.exceeded(
          "collection size", size, "collectionSize", limits.collectionSize());
    }
    work(size);
    return (int) size;
  }

  ListValue list(List<Value> elements) {
    return checked(new ListValue(elements));
  }

  TupleValue tuple(List<Value> elements) {
    return checked(new TupleValue(elements));
  }

  TupleValue pair(Value first, Value second) {
    return tuple(List.of(first, second));
  }

  DictValue dict(Map<Value, Value> entries) {
    return checked(new DictValue(entries));
  }

  void dataDepth(int found) {
    if (found > limits.dataDepth()) {
      throw JinjaLimits.exceeded("nesting of data", found, "dataDepth", limits.dataDepth());
    }
  }

  private <T extends Value> T checked(T value) {
    dataDepth(value.depth());
    size(value.weight());
    return value;
  }

  Value integer(BigInteger value) {
    integerBits(value.bitLength());
    return new Value.Int(value);
  }

  void integerBits(long bits) {
    if (bits > limits.integerBits()) {
      throw JinjaLimits.exceeded("bits of an integer", bits, "integerBits", limits.integerBits());
    }
  }
}
