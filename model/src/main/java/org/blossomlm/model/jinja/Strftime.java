package org.blossomlm.model.jinja;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * C's {@code strftime} in the C locale, with the flags {@code - _ 0 ^ #} of glibc, and Python's
 * {@code %f}. Unknown directives are kept as they are, as glibc does.
 */
final class Strftime {
  private static final int MAXIMUM_WIDTH = 1000;

  private Strftime() {}

  static String format(String format, LocalDateTime time) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i++);
      if (c != '%' || i >= format.length()) {
        out.append(c);
        continue;
      }
      int start = i - 1;
      char flag = 0;
      while (i < format.length() && "-_0^#".indexOf(format.charAt(i)) >= 0) {
        flag = format.charAt(i++);
      }
      int width = 0;
      while (i < format.length() && format.charAt(i) >= '0' && format.charAt(i) <= '9') {
        width = Math.min(width * 10 + (format.charAt(i++) - '0'), MAXIMUM_WIDTH);
      }
      if (i < format.length() - 1 && (format.charAt(i) == 'E' || format.charAt(i) == 'O')) {
        i++;
      }
      if (i >= format.length()) {
        out.append(format, start, i);
        break;
      }
      String text = directive(format.charAt(i++), flag, time);
      out.append(text == null ? format.substring(start, i) : widened(text, width, flag));
    }
    return out.toString();
  }

  private static String widened(String text, int width, char flag) {
    boolean zeros = flag != '_' && text.chars().allMatch(Character::isDigit);
    return (zeros ? "0" : " ").repeat(Math.max(0, width - text.length())) + text;
  }

  private static @Nullable String directive(char directive, char flag, LocalDateTime time) {
    return switch (directive) {
      case 'a' -> name(time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH), flag);
      case 'A' -> name(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH), flag);
      case 'b', 'h' -> name(time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH), flag);
      case 'B' -> name(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH), flag);
      case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
      case 'C' -> number(time.getYear() / 100, 2, '0', flag);
      case 'd' -> number(time.getDayOfMonth(), 2, '0', flag);
      case 'D', 'x' -> format("%m/%d/%y", time);
      case 'e' -> number(time.getDayOfMonth(), 2, ' ', flag);
      case 'f' -> number(time.getNano() / 1000, 6, '0', (char) 0);
      case 'F' -> format("%Y-%m-%d", time);
      case 'g' -> number(Math.floorMod(time.get(IsoFields.WEEK_BASED_YEAR), 100), 2, '0', flag);
      case 'G' -> number(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0', flag);
      case 'H' -> number(time.getHour(), 2, '0', flag);
      case 'I' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, '0', flag);
      case 'j' -> number(time.getDayOfYear(), 3, '0', flag);
      case 'k' -> number(time.getHour(), 2, ' ', flag);
      case 'l' -> number(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2, ' ', flag);
      case 'm' -> number(time.getMonthValue(), 2, '0', flag);
      case 'M' -> number(time.getMinute(), 2, '0', flag);
      case 'n' -> "\n";
      case 'p' -> {
        String half = time.getHour() < 12 ? "AM" : "PM";
        yield flag == '#' ? half.toLowerCase(Locale.ROOT) : half;
      }
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'r' -> format("%I:%M:%S %p", time);
      case 'R' -> format("%H:%M", time);
      case 's' -> Long.toString(time.toEpochSecond(ZoneOffset.UTC));
      case 'S' -> number(time.getSecond(), 2, '0', flag);
      case 't' -> "\t";
      case 'T', 'X' -> format("%H:%M:%S", time);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'U' -> number((time.getDayOfYear() + 6 - sunday(time)) / 7, 2, '0', flag);
      case 'V' -> number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag);
      case 'w' -> Integer.toString(sunday(time));
      case 'W' ->
          number((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2, '0', flag);
      case 'y' -> number(Math.floorMod(time.getYear(), 100), 2, '0', flag);
      case 'Y' -> number(time.getYear(), 1, '0', flag);
      // A local time knows no zone.
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> null;
    };
  }

  /** Days since Sunday. */
  private static int sunday(LocalDateTime time) {
    return time.getDayOfWeek().getValue() % 7;
  }

  private static String name(String name, char flag) {
    return flag == '^' || flag == '#' ? name.toUpperCase(Locale.ROOT) : name;
  }

  private static String number(int value, int width, char padding, char flag) {
    String digits = Integer.toString(value);
    char fill = flag == '_' ? ' ' : flag == '0' ? '0' : padding;
    int missing = flag == '-' ? 0 : width - digits.length();
    return String.valueOf(fill).repeat(Math.max(0, missing)) + digits;
  }
}
