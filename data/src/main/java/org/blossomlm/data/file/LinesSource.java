package org.blossomlm.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/** JSON Lines, or lines of text, each of which becomes an object with {@code text}. */
final class LinesSource implements ObjectSource {
  private final LineReader lines;
  private final boolean json;
  private final int maxBytes;
  private final Utf8 utf8 = new Utf8();
  private long row;

  LinesSource(InputStream in, boolean json, int maxBytes) {
    this.lines = new LineReader(in, maxBytes);
    this.json = json;
    this.maxBytes = maxBytes;
  }

  @Override
  public Optional<Item> next() throws IOException {
    Optional<LineReader.Line> read = lines.next();
    if (read.isEmpty()) {
      return Optional.empty();
    }
    row++;
    return Optional.of(item(read.get()));
  }

  private Item item(LineReader.Line line) {
    if (!line.complete()) {
      return new Bad(row, TooLong.message("line", line.length(), maxBytes), line.bytes());
    }
    try {
      // Files that were put together have marks in the middle; in a text it may mean something.
      boolean mark = json || row == 1;
      String text = mark ? utf8.withoutMark(line.bytes()) : utf8.text(line.bytes());
      if (text.isBlank()) {
        return new Blank(row);
      }
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      if (!json) {
        object.put("text", text);
        return new Found(row, object, line.bytes());
      }
      if (!(JsonTree.parse(text) instanceof Map<?, ?> map)) {
        return new Bad(row, "not a JSON object", line.bytes());
      }
      map.forEach((name, value) -> object.put(String.valueOf(name), value));
      return new Found(row, object, line.bytes());
    } catch (DataException e) {
      return new Bad(row, String.valueOf(e.getMessage()), line.bytes());
    }
  }

  @Override
  public String place() {
    return "line " + row;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
