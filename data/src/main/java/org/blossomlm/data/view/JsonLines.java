package org.blossomlm.data.view;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.file.LineReader;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.format.RecordFormat;
import org.jspecify.annotations.Nullable;

/**
 * A plain file of JSON lines: any line is reached by its number. Lines of the files {@code dropped}
 * and {@code failed} of a run hold a record and why it left.
 */
final class JsonLines implements Records {
  /** What is longer is shown by its beginning. */
  static final int MOST_LINE_BYTES = 16 << 20;

  private static final Set<String> LEFT = Set.of("step", "reason", "record", "raw");

  private final Path file;
  private final String name;
  private final LineIndex index;
  private Optional<RecordFormat> format = Optional.empty();

  JsonLines(Path file, String name) {
    this.file = file;
    this.name = name;
    index = new LineIndex(file, LineIndex.MOST_MARKS);
  }

  @Override
  public void index(BooleanSupplier stopped) throws IOException {
    index.scan(stopped);
  }

  @Override
  public long known() {
    return index.lines();
  }

  @Override
  public boolean complete() {
    return index.complete();
  }

  @Override
  public double fraction() {
    return index.fraction();
  }

  @Override
  public Cursor from(long at) throws IOException {
    LineIndex.Mark mark = index.before(at);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    channel.position(mark.offset());
    var cursor =
        new LineCursor(
            new LineReader(Channels.newInputStream(channel), MOST_LINE_BYTES), mark.line());
    try {
      boolean more = true;
      while (more && cursor.position() < at) {
        more = cursor.advance();
      }
    } catch (IOException | RuntimeException e) {
      cursor.close();
      throw e;
    }
    return cursor;
  }

  private final class LineCursor implements Cursor {
    private final LineReader lines;
    private long next;
    private Optional<LineReader.Line> line = Optional.empty();
    private Predicate<byte[]> wanted = bytes -> true;

    LineCursor(LineReader lines, long next) {
      this.lines = lines;
      this.next = next;
    }

    @Override
    public boolean advance() throws IOException {
      line = lines.next();
      if (line.isPresent()) {
        next++;
      }
      return line.isPresent();
    }

    @Override
    public void only(Predicate<byte[]> lines) {
      wanted = lines;
    }

    @Override
    public Optional<Entry> entry() {
      return line.filter(each -> !isBlank(each.bytes()) && wanted.test(each.bytes()))
          .map(each -> JsonLines.this.entry(next - 1, each));
    }

    @Override
    public long position() {
      return next;
    }

    @Override
    public void close() {
      try {
        lines.close();
      } catch (IOException e) {
        System.getLogger(JsonLines.class.getName())
            .log(System.Logger.Level.DEBUG, name + " was not closed", e);
      }
    }
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte each : bytes) {
      if (each != ' ' && each != '\t' && each != '\r') {
        return false;
      }
    }
    return true;
  }

  private Entry entry(long at, LineReader.Line line) {
    String text = new String(line.bytes(), StandardCharsets.UTF_8);
    String raw = at == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (!line.complete()) {
      return unreadable(
          at,
          "a line of %d bytes; at most %d are read".formatted(line.length(), MOST_LINE_BYTES),
          raw);
    }
    try {
      if (!(JsonTree.parse(raw) instanceof Map<?, ?> map)) {
        return unreadable(at, "not a JSON object", raw);
      }
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      map.forEach((key, value) -> object.put(String.valueOf(key), value));
      return LEFT.containsAll(object.keySet()) && object.containsKey("reason")
          ? left(at, object, raw)
          : new Entry(at, Optional.of(read(object, at)), Optional.empty(), Optional.empty(), raw);
    } catch (DataException e) {
      return unreadable(at, String.valueOf(e.getMessage()), raw);
    }
  }

  private static Entry unreadable(long at, String reason, String raw) {
    return new Entry(at, Optional.empty(), Optional.empty(), Optional.of(reason), raw);
  }

  private DataRecord read(Map<String, @Nullable Object> object, long at) {
    RecordFormat known;
    synchronized (this) {
      // As everywhere: the first record of a file says in which format it is.
      if (format.isEmpty()) {
        format = Optional.of(RecordFormat.detect(object));
      }
      known = format.get();
    }
    return known.read(object, new Origin(name, at));
  }

  private Entry left(long at, Map<String, @Nullable Object> object, String raw) {
    Optional<DataRecord> record = Optional.empty();
    if (object.get("record") instanceof Map<?, ?> inner) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      inner.forEach((key, value) -> fields.put(String.valueOf(key), value));
      record = Optional.of(RecordFormat.BLOSSOM.read(fields, new Origin(name, at)));
    }
    return new Entry(
        at,
        record,
        Optional.ofNullable(object.get("step")).map(Object::toString),
        Optional.of(String.valueOf(object.get("reason"))),
        object.get("raw") instanceof String text ? text : raw);
  }
}
