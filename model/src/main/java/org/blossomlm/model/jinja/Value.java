package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A value of a template, with Python's equality. Values are immutable, as the sandbox of Python's
 * engine makes them, except {@link Namespace} and the one-shot iterators.
 */
sealed interface Value
    permits Value.None,
        Value.Numeric,
        StringValue,
        SequenceValue,
        DictValue,
        DictView,
        RangeValue,
        LazyIterator,
        Undefined,
        Namespace,
        BlockReferences,
        CallableValue {

  /** Python's name of the type, for messages. */
  String typeName();

  /** Python's {@code bool(value)}. */
  default boolean isTrue() {
    return true;
  }

  /** How deep values nest in this one, itself included. */
  default int depth() {
    return 1;
  }

  /** Number of values in this one, itself included; saturates far above any limit. */
  default long weight() {
    return 1;
  }

  static Int of(long value) {
    return new Int(BigInteger.valueOf(value));
  }

  static Bool of(boolean value) {
    return value ? Bool.TRUE : Bool.FALSE;
  }

  /** Python's {@code None}. */
  enum None implements Value {
    NONE;

    @Override
    public String typeName() {
      return "NoneType";
    }

    @Override
    public boolean isTrue() {
      return false;
    }
  }

  /** A number or a truth value; they are equal across types, as {@code True == 1 == 1.0}. */
  sealed interface Numeric extends Value permits Bool, Int, Float {
    static boolean equal(Numeric left, Object right) {
      if (!(right instanceof Numeric number)) {
        return false;
      }
      if (left instanceof Float || number instanceof Float) {
        return compare(left, number) == 0;
      }
      return left.integer().equals(number.integer());
    }

    /** Orders exactly, also integers beyond double precision; NaN is unordered (returns 2). */
    static int compare(Numeric left, Numeric right) {
      if (left instanceof Float a && right instanceof Float b) {
        return a.value < b.value ? -1 : a.value > b.value ? 1 : a.value == b.value ? 0 : 2;
      }
      if (right instanceof Float b) {
        return compareExactly(left.integer(), b.value);
      }
      if (left instanceof Float a) {
        int reversed = compareExactly(right.integer(), a.value);
        return reversed == 2 ? 2 : -reversed;
      }
      return left.integer().compareTo(right.integer());
    }

    private static int compareExactly(BigInteger left, double right) {
      if (Double.isNaN(right)) {
        return 2;
      }
      if (Double.isInfinite(right)) {
        return right > 0 ? -1 : 1;
      }
      return new BigDecimal(left).compareTo(new BigDecimal(right));
    }

    /** The value of a {@link Bool} or {@link Int}. */
    BigInteger integer();

    double asDouble();
  }

  record Bool(boolean value) implements Numeric {
    static final Bool FALSE = new Bool(false);
    static final Bool TRUE = new Bool(true);

    @Override
    public String typeName() {
      return "bool";
    }

    @Override
    public boolean isTrue() {
      return value;
    }

    @Override
    public BigInteger integer() {
      return value ? BigInteger.ONE : BigInteger.ZERO;
    }

    @Override
    public double asDouble() {
      return value ? 1 : 0;
    }

    @Override
    public boolean equals(Object other) {
      return Numeric.equal(this, other);
    }

    @Override
    public int hashCode() {
      return integer().hashCode();
    }
  }

  record Int(BigInteger value) implements Numeric {
    @Override
    public String typeName() {
      return "int";
    }

    @Override
    public boolean isTrue() {
      return value.signum() != 0;
    }

    @Override
    public BigInteger integer() {
      return value;
    }

    @Override
    public double asDouble() {
      return value.doubleValue();
    }

    @Override
    public boolean equals(Object other) {
      return Numeric.equal(this, other);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }
  }

  record Float(double value) implements Numeric {
    @Override
    public String typeName() {
      return "float";
    }

    @Override
    public boolean isTrue() {
      return value != 0;
    }

    @Override
    public BigInteger integer() {
      throw new IllegalStateException("a float is no integer");
    }

    @Override
    public double asDouble() {
      return value;
    }

    @Override
    public boolean equals(Object other) {
      return Numeric.equal(this, other);
    }

    @Override
    public int hashCode() {
      return isIntegral()
          ? new BigDecimal(value).toBigInteger().hashCode()
          : Double.hashCode(value);
    }

    boolean isIntegral() {
      return !Double.isInfinite(value) && value == Math.rint(value);
    }
  }
}
