package org.blossomlm.model.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.blossomlm.model.jinja.Expression.ArithmeticOperator;

/** Python's arithmetic on int, bool and float. */
final class Numbers {
  private static final int EXACT_BITS = 53;

  private Numbers() {}

  static Value arithmetic(
      ArithmeticOperator operator, Value.Numeric left, Value.Numeric right, Budget budget) {
    if (left instanceof Value.Float || right instanceof Value.Float) {
      return new Value.Float(floats(operator, asDouble(left), asDouble(right)));
    }
    return integers(operator, left.integer(), right.integer(), budget);
  }

  private static Value integers(
      ArithmeticOperator operator, BigInteger left, BigInteger right, Budget budget) {
    return switch (operator) {
      case ADD -> budget.integer(left.add(right));
      case SUBTRACT -> budget.integer(left.subtract(right));
      case MULTIPLY -> budget.integer(left.multiply(right));
      case DIVIDE -> new Value.Float(trueDivide(left, right));
      case FLOOR_DIVIDE -> new Value.Int(floorDivide(left, right));
      case MODULO -> new Value.Int(left.subtract(floorDivide(left, right).multiply(right)));
      case POWER -> power(left, right, budget);
    };
  }

  static BigInteger floorDivide(BigInteger left, BigInteger right) {
    if (right.signum() == 0) {
      throw new JinjaException("integer division or modulo by zero");
    }
    BigInteger[] parts = left.divideAndRemainder(right);
    boolean roundDown = parts[1].signum() != 0 && parts[1].signum() != right.signum();
    return roundDown ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static double trueDivide(BigInteger left, BigInteger right) {
    if (right.signum() == 0) {
      throw new JinjaException("division by zero");
    }
    if (left.bitLength() <= EXACT_BITS && right.bitLength() <= EXACT_BITS) {
      return left.doubleValue() / right.doubleValue();
    }
    double result =
        new BigDecimal(left).divide(new BigDecimal(right), new MathContext(800)).doubleValue();
    if (Double.isInfinite(result)) {
      throw new JinjaException("integer division result too large for a float");
    }
    return result;
  }

  private static Value power(BigInteger base, BigInteger exponent, Budget budget) {
    if (exponent.signum() < 0) {
      return new Value.Float(floatPower(base.doubleValue(), exponent.doubleValue()));
    }
    if (base.bitLength() > 1 || base.equals(BigInteger.TWO)) {
      budget.integerBits((long) (base.bitLength() - 1) * Indices.clamp(exponent));
    }
    boolean odd = exponent.testBit(0);
    if (base.abs().equals(BigInteger.ONE) || base.signum() == 0) {
      // Exponents of any size.
      BigInteger result = exponent.signum() == 0 ? BigInteger.ONE : odd ? base : base.abs();
      return new Value.Int(result);
    }
    return budget.integer(base.pow(exponent.intValueExact()));
  }

  private static double floats(ArithmeticOperator operator, double left, double right) {
    return switch (operator) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> {
        requireNonZero(right, "float division by zero");
        yield left / right;
      }
      case FLOOR_DIVIDE -> {
        requireNonZero(right, "float floor division by zero");
        yield floorDivide(left, right);
      }
      case MODULO -> {
        requireNonZero(right, "float modulo");
        yield modulo(left, right);
      }
      case POWER -> floatPower(left, right);
    };
  }

  private static void requireNonZero(double divisor, String message) {
    if (divisor == 0) {
      throw new JinjaException(message);
    }
  }

  private static double modulo(double left, double right) {
    double remainder = left % right;
    if (remainder == 0) {
      return Math.copySign(0, right);
    }
    return (remainder < 0) != (right < 0) ? remainder + right : remainder;
  }

  private static double floorDivide(double left, double right) {
    double quotient = (left - modulo(left, right)) / right;
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5
        ? floor + 1
        : quotient == 0 ? Math.copySign(0, left / right) : floor;
  }

  private static double floatPower(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw new JinjaException("0.0 cannot be raised to a negative power");
    }
    if (base < 0 && !Double.isInfinite(base) && exponent != Math.rint(exponent)) {
      throw new JinjaException("a negative number to a fractional power is a complex number");
    }
    double result = base == 1 ? 1 : Math.pow(base, exponent);
    if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
      throw new JinjaException("numerical result out of range");
    }
    return result;
  }

  /** {@code float(value)} of a number. */
  static double asDouble(Value.Numeric value) {
    double result = value.asDouble();
    if (!(value instanceof Value.Float) && Double.isInfinite(result)) {
      throw new JinjaException("int too large to convert to float");
    }
    return result;
  }

  static Value negate(Value value) {
    return switch (value) {
      case Value.Float number -> new Value.Float(-number.value());
      case Value.Numeric number -> new Value.Int(number.integer().negate());
      default -> throw badOperand("-", value);
    };
  }

  static Value positive(Value value) {
    return switch (value) {
      case Value.Float number -> number;
      case Value.Numeric number -> new Value.Int(number.integer());
      default -> throw badOperand("+", value);
    };
  }

  private static JinjaException badOperand(String symbol, Value value) {
    return value instanceof Undefined undefined
        ? undefined.failure()
        : new JinjaException(
            "bad operand type for unary " + symbol + ": '" + value.typeName() + "'");
  }
}
