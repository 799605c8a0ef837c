package org.blossomlm.data.format;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as maps in order, lists, strings, numbers, booleans and null, without a loss: integers are
 * {@code Integer}, {@code Long} or {@code BigInteger}, the smallest that holds them; other numbers
 * {@code Double} where that is exact to the digits written, else {@code BigDecimal}. Of two members
 * with one name the last counts. Half surrogate pairs, which JSON can hold and UTF-8 cannot, are
 * written escaped, and so are U+0085, U+2028 and U+2029, where some programs end a line.
 */
public final class JsonTree {
  /** Objects and lists in each other. */
  public static final int MAX_NESTING = 200;

  /** Characters of one string. */
  public static final int MAX_STRING = 1 << 28;

  /** Values in one record, objects and lists included; each takes some ten bytes of memory. */
  public static final int MAX_VALUES = 1 << 21;

  /** Of a number; a program that writes out the digits of 1e999999999 does nothing else. */
  public static final int MAX_EXPONENT = 10_000;

  /** Digits of one number. */
  public static final int MAX_DIGITS = 1000;

  /** Parsers with the limits above. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxStringLength(MAX_STRING)
                  .maxNumberLength(MAX_DIGITS)
                  .maxNameLength(1 << 20)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(2 * MAX_NESTING).build())
          // Keys of data are not worth a table that lives as long as the program.
          .disable(tools.jackson.core.TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  private JsonTree() {}

  /**
   * Parses one value that is all of {@code text}.
   *
   * @throws DataException saying what is wrong in which column
   */
  public static @Nullable Object parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      if (parser.currentToken() == null) {
        throw new DataException("not JSON: there is nothing");
      }
      Object value = value(parser, MAX_STRING);
      if (parser.nextToken() != null) {
        throw new DataException(
            "not JSON: something follows the value, at column "
                + parser.currentTokenLocation().getColumnNr());
      }
      return value;
    } catch (JacksonException e) {
      throw new DataException("not JSON: " + explain(e), e);
    }
  }

  /**
   * The value that begins with the current token; afterwards its last token is current.
   *
   * @param maxCharacters of all strings and names in it
   * @throws DataException if it has more, or more than {@link #MAX_VALUES} values
   */
  public static @Nullable Object value(JsonParser parser, int maxCharacters) {
    return new Reading(parser, maxCharacters).value();
  }

  /** One value that is being read, and what it may still have. */
  private static final class Reading {
    private final JsonParser parser;
    private final int maxCharacters;
    private long characters;
    private int values;

    Reading(JsonParser parser, int maxCharacters) {
      this.parser = parser;
      this.maxCharacters = maxCharacters;
    }

    @Nullable Object value() {
      if (++values > MAX_VALUES) {
        throw new DataException(
            "a record with more than %d values, which is the limit".formatted(MAX_VALUES));
      }
      return switch (parser.currentToken()) {
        case START_OBJECT -> {
          Map<String, @Nullable Object> map = new LinkedHashMap<>();
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            count(name);
            parser.nextToken();
            map.put(name, value());
          }
          yield map;
        }
        case START_ARRAY -> {
          List<@Nullable Object> list = new ArrayList<>();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value());
          }
          yield list;
        }
        case VALUE_STRING -> count(parser.getString());
        case VALUE_NUMBER_INT -> parser.getNumberValue();
        case VALUE_NUMBER_FLOAT -> decimal(parser.getString());
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        default -> null;
      };
    }

    private String count(String text) {
      characters += text.length();
      if (characters > maxCharacters) {
        throw new DataException(
            "a record with more than %d characters, which is the limit".formatted(maxCharacters));
      }
      return text;
    }
  }

  private static Number decimal(String digits) {
    double near = Double.parseDouble(digits);
    // With 15 digits and a modest exponent every decimal fraction has a double of its own.
    if (digits.length() <= 16 && digits.indexOf('e') < 0 && digits.indexOf('E') < 0) {
      return near;
    }
    BigDecimal exact = exact(digits);
    boolean same =
        Double.isFinite(near) && new BigDecimal(Double.toString(near)).compareTo(exact) == 0;
    return same ? (Number) near : exact;
  }

  private static BigDecimal exact(String digits) {
    try {
      BigDecimal exact = new BigDecimal(digits);
      if (Math.abs((long) exact.scale()) <= MAX_EXPONENT) {
        return exact;
      }
    } catch (NumberFormatException e) {
      // The exponent does not even fit into an int.
      throw tooLarge(digits, e);
    }
    throw tooLarge(digits, null);
  }

  private static DataException tooLarge(String digits, @Nullable Throwable cause) {
    String message =
        "a number with an exponent beyond %d: %s"
            .formatted(MAX_EXPONENT, digits.substring(0, Math.min(40, digits.length())));
    return cause == null ? new DataException(message) : new DataException(message, cause);
  }

  /**
   * Writes one line, without the newline.
   *
   * @throws DataException if something in {@code value} is not a JSON value
   */
  public static String write(@Nullable Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(generator, value);
    } catch (JacksonException e) {
      throw new DataException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
    return escaped(text.toString());
  }

  private static void write(JsonGenerator out, @Nullable Object value) {
    switch (value) {
      case null -> out.writeNull();
      case CharSequence text -> out.writeString(text.toString());
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Short number -> out.writeNumber(number);
      case Byte number -> out.writeNumber(number);
      case BigInteger number -> out.writeNumber(number);
      case BigDecimal number -> out.writeNumber(number);
      case Double number when Double.isFinite(number) -> out.writeNumber(number);
      case Float number when Float.isFinite(number) -> out.writeNumber(number);
      case Map<?, ?> map -> {
        out.writeStartObject();
        map.forEach((name, member) -> {
          out.writeName(String.valueOf(name));
          write(out, member);
        });
        out.writeEndObject();
      }
      case Iterable<?> list -> {
        out.writeStartArray();
        list.forEach(element -> write(out, element));
        out.writeEndArray();
      }
      default ->
          throw new DataException(
              "not a JSON value: %s of %s".formatted(value, value.getClass().getSimpleName()));
    }
  }

  private static String escaped(String json) {
    int from = 0;
    StringBuilder result = null;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c < 0x85 || !(endsLines(c) || Character.isSurrogate(c))) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < json.length()
          && Character.isLowSurrogate(json.charAt(i + 1))) {
        i++;
        continue;
      }
      result = result == null ? new StringBuilder(json.length() + 32) : result;
      result.append(json, from, i).append("\\u%04x".formatted((int) c));
      from = i + 1;
    }
    return result == null ? json : result.append(json, from, json.length()).toString();
  }

  private static boolean endsLines(char c) {
    return c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  /** What is wrong in one line, with the column. */
  public static String explain(JacksonException e) {
    String what = String.valueOf(e.getOriginalMessage()).replaceAll("\\s+", " ");
    return e.getLocation() == null || e.getLocation().getColumnNr() < 1
        ? what
        : what + ", at column " + e.getLocation().getColumnNr();
  }
}
