package org.blossomlm.data.math;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.math.MathTokens.Kind;
import org.blossomlm.data.math.MathTokens.Token;
import org.jspecify.annotations.Nullable;

/** Units of measure and of money: which end of an answer is one, and how known ones convert. */
final class Units {
  /**
   * A unit that converts.
   *
   * @param dimension what it measures
   * @param factor how many of the dimension's base unit it is
   */
  record Unit(String dimension, Rational factor) {}

  private static final Map<String, Unit> KNOWN = known();

  private static final List<String> FUNCTIONS =
      List.of("sin", "cos", "tan", "cot", "sec", "csc", "ln", "log", "lg", "exp", "sqrt", "pi");

  private static final List<String> ANGLED = List.of("sin", "cos", "tan", "cot", "sec", "csc");

  private Units() {}

  static Optional<Unit> known(String unit) {
    return Optional.ofNullable(KNOWN.get(unit.toLowerCase(Locale.ROOT).replace(" ", "")));
  }

  /** Whether a number in characters may stand before it: a known unit, or a counter and a thing. */
  static boolean follows(String unit) {
    return unit.isEmpty()
        || known(unit).isPresent()
        || known(unit.substring(0, 1))
            .filter(first -> first.dimension().equals("count"))
            .isPresent();
  }

  /**
   * Where the unit at the end of an answer begins.
   *
   * @param algebra whether letters may be variables: then only words with a space before them and
   *     what LaTeX sets as text are units
   * @param shortUnits whether, even so, a known unit of one letter after a number and a space is
   *     one: 5 m
   * @return an index into {@code tokens}; their number if there is no unit
   */
  static int start(List<Token> tokens, boolean algebra, boolean shortUnits) {
    if (shortUnits
        && tokens.size() == 2
        && tokens.getFirst().kind() == Kind.NUMBER
        && tokens.getLast().kind() == Kind.WORD
        && tokens.getLast().spaced()
        && known(tokens.getLast().text()).isPresent()) {
      return 1;
    }
    if (tokens.stream().anyMatch(Units::isFunction)) {
      return tokens.size(); // A degree sign is a part of the angle.
    }
    int start = tokens.size();
    while (start > 0 && belongs(tokens, start - 1, algebra)) {
      start--;
    }
    // A unit begins with a name; what only may stand within one is the formula's.
    while (start < tokens.size() && !isName(tokens.get(start))) {
      start++;
    }
    return start;
  }

  private static boolean isFunction(Token token) {
    return (token.kind() == Kind.COMMAND || token.kind() == Kind.WORD)
        && ANGLED.contains(token.text());
  }

  private static boolean isName(Token token) {
    return switch (token.kind()) {
      case WORD, SCRIPT, NOTE -> true;
      case SYMBOL -> token.is('°');
      case NUMBER, COMMAND -> false;
    };
  }

  private static boolean belongs(List<Token> tokens, int at, boolean algebra) {
    Token token = tokens.get(at);
    return switch (token.kind()) {
      case SCRIPT -> !token.text().equals("又");
      case NOTE -> true;
      case WORD -> word(tokens, at, algebra);
      case SYMBOL ->
          token.is('°')
              || ((token.is('/') || token.is('^') || token.is('{') || token.is('}'))
                  && nameBefore(tokens, at, algebra));
      case NUMBER ->
          (token.text().equals("2") || token.text().equals("3"))
              && at > 0
              && (tokens.get(at - 1).is('^')
                  || tokens.get(at - 1).is('{')
                  || (!token.spaced() && measures(tokens.get(at - 1))))
              && nameBefore(tokens, at, algebra);
      case COMMAND -> false;
    };
  }

  /** Whether before the exponent or stroke at {@code at} there is a name that it can belong to. */
  private static boolean nameBefore(List<Token> tokens, int at, boolean algebra) {
    int before = at - 1;
    while (before >= 0
        && (tokens.get(before).is('^')
            || tokens.get(before).is('{')
            || tokens.get(before).is('2')
            || tokens.get(before).is('3')
            || (tokens.get(before).kind() == Kind.NUMBER
                && tokens.get(before).text().length() == 1))) {
      before--;
    }
    if (before < 0) {
      return false;
    }
    Token token = tokens.get(before);
    return token.kind() == Kind.NOTE
        || token.kind() == Kind.SCRIPT
        || (token.kind() == Kind.WORD && word(tokens, before, algebra));
  }

  private static boolean measures(Token token) {
    return token.kind() == Kind.WORD && known(token.text()).isPresent();
  }

  private static boolean word(List<Token> tokens, int at, boolean algebra) {
    String text = tokens.get(at).text();
    if (FUNCTIONS.contains(text)) {
      return false;
    }
    boolean known = known(text).isPresent();
    if (!algebra) {
      return true;
    }
    Token before = at == 0 ? tokens.get(at) : tokens.get(at - 1);
    if (text.length() == 1) {
      // km/h: a letter below a unit's stroke is one.
      return known && before.is('/') && at > 1 && measures(tokens.get(at - 2));
    }
    return tokens.get(at).spaced() || at == 0
        ? known || text.length() > 2
        : known && (before.kind() == Kind.NUMBER || before.is('/'));
  }

  private static Map<String, Unit> known() {
    Map<String, Unit> units = new HashMap<>();
    put(units, "length", 1, 1000, "mm", "毫米", "millimeter", "millimetre");
    put(units, "length", 1, 100, "cm", "厘米", "公分", "centimeter", "centimetre");
    put(units, "length", 1, 10, "dm", "分米", "decimeter", "decimetre");
    put(units, "length", 1, 1, "m", "米", "meter", "metre");
    put(units, "length", 1000, 1, "km", "千米", "公里", "kilometer", "kilometre");
    put(units, "length", 254, 10_000, "inch", "in", "英寸");
    put(units, "length", 3048, 10_000, "ft", "foot", "feet", "英尺");
    put(units, "length", 9144, 10_000, "yard", "yd", "码");
    put(units, "length", 1_609_344, 1000, "mile", "mi", "英里");
    put(units, "mass", 1, 1, "g", "克", "gram");
    put(units, "mass", 500, 1, "斤");
    put(units, "mass", 1000, 1, "kg", "千克", "公斤", "kilogram");
    put(units, "mass", 1_000_000, 1, "t", "吨", "ton", "tonne");
    put(units, "time", 1, 1, "s", "秒", "秒钟", "second", "sec");
    put(units, "time", 60, 1, "min", "分钟", "minute");
    put(units, "time", 3600, 1, "h", "小时", "个小时", "hour", "hr");
    put(units, "time", 86_400, 1, "d", "天", "day");
    put(units, "time", 604_800, 1, "周", "星期", "week");
    put(units, "area", 1, 10_000, "cm^2", "平方厘米", "squarecentimeter", "squarecentimetre");
    put(units, "area", 1, 100, "dm^2", "平方分米");
    put(units, "area", 1, 1, "m^2", "平方米", "squaremeter", "squaremetre");
    put(units, "area", 10_000, 1, "公顷", "hectare");
    put(units, "area", 1_000_000, 1, "km^2", "平方千米", "平方公里");
    put(units, "volume", 1, 1000, "ml", "毫升", "cm^3", "立方厘米", "milliliter", "millilitre");
    put(units, "volume", 1, 1, "l", "升", "dm^3", "立方分米", "liter", "litre");
    put(units, "volume", 1000, 1, "m^3", "立方米", "cubicmeter", "cubicmetre");
    put(units, "yuan", 1, 1, "元", "块", "块钱", "元钱", "¥", "rmb", "yuan", "人民币");
    put(units, "yuan", 1, 10, "角", "毛");
    put(units, "dollar", 1, 1, "$", "dollar", "美元", "usd", "us$");
    put(units, "dollar", 1, 100, "cent", "美分", "¢");
    put(units, "angle", 1, 1, "°", "度", "degree");
    put(units, "count", 1, 1, "个", "只", "本", "支", "枝", "人", "名", "位", "棵", "张", "件", "条");
    put(units, "count", 1, 1, "块", "朵", "辆", "盒", "页", "岁", "次", "种", "颗", "头", "袋", "箱");
    return Map.copyOf(units);
  }

  private static void put(
      Map<String, Unit> units, String dimension, long top, long bottom, String... names) {
    Unit unit = new Unit(dimension, Rational.of(top, bottom));
    for (String name : names) {
      @Nullable Unit earlier = units.putIfAbsent(name, unit);
      if (earlier == null && name.length() > 2 && MathTokens.isLetter(name.charAt(0))) {
        units.put(name + (name.endsWith("inch") ? "es" : "s"), unit);
      }
    }
  }
}
