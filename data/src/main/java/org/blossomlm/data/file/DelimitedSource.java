package org.blossomlm.data.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * CSV by RFC 4180, and the same with tabs. Rows end with {@code \n} or {@code \r\n}; a quoted cell
 * may hold separators, line ends and doubled quotes. A cell that is empty without quotes is null.
 * After a row that is wrong the next line is tried.
 */
final class DelimitedSource implements ObjectSource {
  private static final int END = -1;

  /** A cell: its bytes, and whether it stood in quotes. */
  private record Cell(byte[] bytes, boolean quoted) {
    boolean isNothing() {
      return bytes.length == 0 && !quoted;
    }
  }

  /** A row is not as it should be. */
  private static final class BadRowException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRowException(String message) {
      super(message);
    }
  }

  private final InputStream in;
  private final int separator;
  private final int maxBytes;
  private final Utf8 utf8 = new Utf8();
  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private final ByteArrayOutputStream cell = new ByteArrayOutputStream();
  private List<String> header;
  private long row;
  private long line = 1;
  private int next;
  private long length;

  /**
   * @param header the names of the columns; empty if they are the first row
   */
  DelimitedSource(InputStream in, char separator, List<String> header, int maxBytes)
      throws IOException {
    this.in = in;
    this.separator = separator;
    this.maxBytes = maxBytes;
    this.header = header;
    this.next = in.read();
    if (header.isEmpty()) {
      readHeader();
    }
  }

  private void readHeader() throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (Cell each : cells()) {
        names.add(utf8.text(each.bytes()));
      }
    } catch (BadRowException e) {
      throw new DataException("the names of the columns: " + e.getMessage(), e);
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isBlank()) {
        name = "column_" + (i + 1); // As of an index that pandas writes without a name.
        names.set(i, name);
      }
      if (!seen.add(name)) {
        throw new DataException(
            "two columns are called '%s'; if the first row is data, name the columns (--header)"
                .formatted(name));
      }
    }
    header = List.copyOf(names);
  }

  @Override
  public Optional<Item> next() throws IOException {
    if (next == END) {
      return Optional.empty();
    }
    row++;
    try {
      List<Cell> cells = cells();
      if (cells.size() == 1 && cells.getFirst().isNothing()) {
        return Optional.of(new Blank(row));
      }
      if (cells.size() != header.size()) {
        return bad("%d cells, but there are %d columns".formatted(cells.size(), header.size()));
      }
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      for (int i = 0; i < cells.size(); i++) {
        object.put(header.get(i), value(cells.get(i)));
      }
      return Optional.of(new Found(row, object, raw.toByteArray()));
    } catch (BadRowException | DataException e) {
      return bad(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Item> bad(String reason) {
    return Optional.of(new Bad(row, reason, raw.toByteArray()));
  }

  private @Nullable Object value(Cell cell) {
    if (cell.isNothing()) {
      return null;
    }
    return utf8.text(cell.bytes());
  }

  /** The cells of a row, whose end is taken too. */
  private List<Cell> cells() throws IOException, BadRowException {
    raw.reset();
    length = 0;
    long first = line;
    List<Cell> cells = new ArrayList<>();
    while (true) {
      cell.reset();
      skipMark(cells.isEmpty() && row <= 1);
      boolean quoted = next == '"';
      if (quoted) {
        take();
        quoted(first);
      } else {
        while (next != separator && next != '\n' && next != END) {
          cell.write(take());
        }
      }
      boolean more = next == separator;
      byte[] bytes = cell.toByteArray();
      if (!more && !quoted && bytes.length > 0 && bytes[bytes.length - 1] == '\r') {
        bytes = java.util.Arrays.copyOf(bytes, bytes.length - 1);
      }
      cells.add(new Cell(bytes, quoted));
      if (!more) {
        take(); // \n, or the end.
        return cells;
      }
      take();
    }
  }

  /** A byte order mark, before a quote, would hide it. */
  private void skipMark(boolean first) throws IOException {
    if (first && next == 0xef) {
      in.mark(2);
      if (in.read() == 0xbb && in.read() == 0xbf) {
        next = in.read();
      } else {
        in.reset();
      }
    }
  }

  private void quoted(long first) throws IOException, BadRowException {
    while (true) {
      if (next == END) {
        throw new BadRowException("a quote in line %d has no end".formatted(first));
      }
      int taken = take();
      if (taken != '"') {
        cell.write(taken);
      } else if (next == '"') {
        cell.write(take());
      } else {
        break;
      }
    }
    if (next == '\r') {
      take();
    }
    if (next != separator && next != '\n' && next != END) {
      long at = line;
      skipLine();
      throw new BadRowException(
          "something follows a closing quote in line %d; quotes inside a cell are doubled"
              .formatted(at));
    }
  }

  private int take() throws IOException, BadRowException {
    int taken = next;
    next = taken == END ? END : in.read();
    if (taken == '\n') {
      line++;
    } else if (taken != END) {
      raw.write(taken);
    }
    if (++length > maxBytes) {
      byte[] start = java.util.Arrays.copyOf(raw.toByteArray(), 1000);
      raw.reset();
      raw.writeBytes(start);
      skipLine();
      throw new BadRowException(
          TooLong.message("row", length, maxBytes) + "; is a quote without its end before?");
    }
    return taken;
  }

  private void skipLine() throws IOException {
    while (next != '\n' && next != END) {
      next = in.read();
    }
    if (next == '\n') {
      next = in.read();
      line++;
    }
  }

  @Override
  public String place() {
    return "row " + row + ", line " + line;
  }

  /** What a cell of {@code value} is; nothing for null. */
  static String cell(@Nullable Object value, char separator) {
    if (value == null) {
      return "";
    }
    String text = value instanceof String string ? string : JsonTree.write(value);
    boolean plain =
        !text.isEmpty()
            && text.indexOf(separator) < 0
            && text.indexOf('"') < 0
            && text.indexOf('\n') < 0
            && text.indexOf('\r') < 0
            && text.charAt(0) != '\uFEFF';
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
