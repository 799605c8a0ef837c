package org.blossomlm.data.view;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.blossomlm.data.DataRecord;

/**
 * Which records a person wants to see. Text is found whatever its case.
 *
 * @param text that occurs in the record
 * @param pattern that is found in it
 * @param language of the record, as {@link RecordText#language} tells it
 * @param source part of where it comes from
 * @param operator that made, changed, dropped or failed it
 * @param failed whether it failed, left or could not be read
 */
record RecordQuery(
    Optional<String> text,
    Optional<Pattern> pattern,
    Optional<String> language,
    Optional<String> source,
    Optional<String> operator,
    Optional<Boolean> failed) {
  private static final int MOST_CHARACTERS = 1000;

  /** Everything. */
  static final RecordQuery ALL =
      new RecordQuery(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /**
   * A query as the page asks it.
   *
   * @throws ViewException if the expression is none
   */
  static RecordQuery of(
      Optional<String> text,
      boolean regex,
      Optional<String> language,
      Optional<String> source,
      Optional<String> operator,
      Optional<Boolean> failed) {
    if (text.filter(each -> each.length() > MOST_CHARACTERS).isPresent()) {
      throw new ViewException(400, "at most " + MOST_CHARACTERS + " characters are searched for");
    }
    Optional<String> lower = text.map(each -> each.toLowerCase(Locale.ROOT));
    if (!regex || text.isEmpty()) {
      return new RecordQuery(lower, Optional.empty(), language, source, operator, failed);
    }
    try {
      Pattern pattern =
          Pattern.compile(
              text.get(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.MULTILINE);
      return new RecordQuery(
          Optional.empty(), Optional.of(pattern), language, source, operator, failed);
    } catch (PatternSyntaxException e) {
      throw new ViewException(
          400, "not a regular expression: " + e.getDescription() + " at " + (e.getIndex() + 1));
    }
  }

  boolean isAll() {
    return equals(ALL);
  }

  /**
   * Whether the entry is wanted.
   *
   * @param until when an expression must have been matched, by {@link System#nanoTime}
   * @throws ViewException if it was not
   */
  boolean matches(Entry entry, long until) {
    Optional<DataRecord> record = entry.record();
    if (failed.isPresent() && failed.get() != hasFailed(entry)
        || language.isPresent()
            && record.map(RecordText::language).filter(language.get()::equals).isEmpty()
        || source.isPresent() && !comesFrom(record, source.get())
        || operator.isPresent() && !touchedBy(entry, operator.get())) {
      return false;
    }
    if (text.isEmpty() && pattern.isEmpty()) {
      return true;
    }
    String searched = RecordText.searched(entry);
    return text.isPresent()
        ? searched.toLowerCase(Locale.ROOT).contains(text.get())
        : found(searched, entry.at(), until);
  }

  private boolean found(String searched, long at, long until) {
    try {
      return pattern.orElseThrow().matcher(new TimedText(searched, until)).find();
    } catch (TimedText.OutOfTimeException e) {
      throw new ViewException(
          400, "the expression takes too long on record " + at + "; make it simpler");
    } catch (StackOverflowError e) {
      throw new ViewException(
          400, "the expression goes too deep on record " + at + "; make it simpler");
    }
  }

  private static boolean hasFailed(Entry entry) {
    return entry.reason().isPresent() || entry.record().flatMap(DataRecord::failure).isPresent();
  }

  private static boolean comesFrom(Optional<DataRecord> record, String wanted) {
    return record.flatMap(RecordText::source).filter(wanted::equals).isPresent()
        || record
            .flatMap(each -> each.head().provenance().origin())
            .filter(origin -> origin.file().contains(wanted))
            .isPresent();
  }

  private static boolean touchedBy(Entry entry, String wanted) {
    return entry.step().filter(wanted::equals).isPresent()
        || entry
            .record()
            .filter(record ->
                record.head().provenance().steps().stream()
                    .anyMatch(step -> step.operator().equals(wanted)))
            .isPresent();
  }

  /**
   * A quick look at a line: whether it may have the text. Lines with escapes of characters may have
   * anything; so may all lines if the text has characters that JSON escapes, or whose other case is
   * written in other bytes.
   */
  Optional<Predicate<byte[]>> quickLook() {
    if (text.isEmpty() || !text.get().chars().allMatch(RecordQuery::isWrittenAsItIs)) {
      return Optional.empty();
    }
    byte[] wanted = text.get().getBytes(StandardCharsets.UTF_8);
    return Optional.of(line -> mayContain(line, wanted));
  }

  private static boolean isWrittenAsItIs(int unit) {
    return unit >= ' '
        && unit != '"'
        && unit != '\\'
        && unit != '/'
        && (unit < 0x80
            || Character.toUpperCase(unit) == unit && Character.toLowerCase(unit) == unit);
  }

  private static boolean mayContain(byte[] line, byte[] lower) {
    byte first = lower[0];
    byte other = (byte) Character.toUpperCase((char) first);
    int last = line.length - lower.length;
    for (int i = 0; i < line.length; i++) {
      byte each = line[i];
      if (each == '\\' && i + 1 < line.length && line[i + 1] == 'u' || isLetterLike(line, i)) {
        return true;
      }
      if (i <= last && (each == first || first > 0 && each == other) && startsAt(line, i, lower)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The Kelvin sign and the dotted I, the characters whose lower case begins with an ASCII letter.
   */
  private static boolean isLetterLike(byte[] line, int i) {
    return line[i] == (byte) 0xE2
            && i + 2 < line.length
            && line[i + 1] == (byte) 0x84
            && line[i + 2] == (byte) 0xAA
        || line[i] == (byte) 0xC4 && i + 1 < line.length && line[i + 1] == (byte) 0xB0;
  }

  private static boolean startsAt(byte[] line, int start, byte[] lower) {
    for (int i = 1; i < lower.length; i++) {
      byte each = line[start + i];
      byte folded = each >= 'A' && each <= 'Z' ? (byte) (each + 32) : each;
      if (folded != lower[i]) {
        return false;
      }
    }
    return true;
  }
}
