package org.blossomlm.data.format;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.jspecify.annotations.Nullable;

/**
 * How programs write a record as a JSON object or a row of a table. Reading and writing in one
 * format keeps every field; between formats, fields that the other one does not know are written as
 * they are, and those whose name means something else there under {@code extra_fields}. Only {@link
 * #BLOSSOM} keeps provenance.
 */
public enum RecordFormat {
  /** Everything of every kind of record, see {@link RecordJson}. */
  BLOSSOM(new BlossomShape(true)),
  /** What BlossomData reads and writes. */
  BLOSSOMDATA(new BlossomShape(false)),
  /** Preference pairs: {@code prompt}, {@code chosen}, {@code rejected}. */
  PREFERENCE(new PreferenceShape()),
  /** {@code messages} of {@code role} and {@code content}. */
  OPENAI(new MessagesShape("messages")),
  /** {@code conversations} of {@code role} and {@code content}, as the published Blossom sets. */
  CONVERSATIONS(new MessagesShape("conversations")),
  /** {@code conversations} of {@code from} and {@code value}. */
  SHAREGPT(new ShareGptShape()),
  /** {@code instruction}, {@code input}, {@code output}. */
  ALPACA(new AlpacaShape()),
  /** {@code text}. */
  TEXT(new TextShape()),
  /** A row of a table, or any other object; what Hugging Face's libraries take. */
  ROWS(new RowShape());

  private final Shape shape;

  RecordFormat(Shape shape) {
    this.shape = shape;
  }

  /** The name on the command line and in recipes. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all formats. */
  public static List<String> names() {
    return Arrays.stream(values()).map(RecordFormat::wireName).toList();
  }

  public static Optional<RecordFormat> named(String name) {
    return Arrays.stream(values()).filter(format -> format.wireName().equals(name)).findFirst();
  }

  /** The format that {@code object} looks like; {@link #ROWS} where it looks like no other. */
  public static RecordFormat detect(Map<String, @Nullable Object> object) {
    return Arrays.stream(values())
        .filter(format -> format.shape.fits(object))
        .findFirst()
        .orElse(ROWS);
  }

  /**
   * Reads a record. Its id is the one in the object, or follows from content and origin.
   *
   * @throws DataException naming the field, what was found and what is allowed
   */
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    return shape.read(object, origin);
  }

  /**
   * Writes a record. An id that was not in the file it came from is left out, except by {@link
   * #BLOSSOM} and {@link #BLOSSOMDATA}, which have one always.
   *
   * @throws DataException naming what the format cannot hold, and one that can
   */
  public Map<String, @Nullable Object> write(DataRecord record) {
    return shape.write(record);
  }
}
