package org.blossomlm.data.file;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.data.format.RecordFormat;

/**
 * How files are read.
 *
 * @param format of every file; empty to look at the first record of each
 * @param at where the records are in a JSON document: {@code /data/*} are the elements or members
 *     of {@code data}; empty for the elements of an array, or else the objects that follow each
 *     other
 * @param header columns of CSV and TSV files that do not begin with their names
 * @param maxLineBytes what a line, row or element may have; what is longer is a bad line
 * @param strict whether the first bad line ends the reading
 * @param onBadLine is told of bad lines where reading goes on
 */
public record ReadOptions(
    Optional<RecordFormat> format,
    Optional<String> at,
    List<String> header,
    int maxLineBytes,
    boolean strict,
    Consumer<BadLine> onBadLine) {
  /** 64 MiB; with a few strings in it, such a record fits into a heap of 512 MiB. */
  public static final int DEFAULT_MAX_LINE_BYTES = 64 << 20;

  public static final ReadOptions DEFAULT =
      new ReadOptions(
          Optional.empty(), Optional.empty(), List.of(), DEFAULT_MAX_LINE_BYTES, false, bad -> {});

  public ReadOptions {
    header = List.copyOf(header);
  }

  public ReadOptions withFormat(RecordFormat format) {
    return new ReadOptions(Optional.of(format), at, header, maxLineBytes, strict, onBadLine);
  }

  public ReadOptions withAt(String at) {
    return new ReadOptions(format, Optional.of(at), header, maxLineBytes, strict, onBadLine);
  }

  public ReadOptions withHeader(List<String> header) {
    return new ReadOptions(format, at, header, maxLineBytes, strict, onBadLine);
  }

  public ReadOptions withMaxLineBytes(int maxLineBytes) {
    return new ReadOptions(format, at, header, maxLineBytes, strict, onBadLine);
  }

  public ReadOptions withStrict(boolean strict) {
    return new ReadOptions(format, at, header, maxLineBytes, strict, onBadLine);
  }

  public ReadOptions withBadLinesTo(Consumer<BadLine> onBadLine) {
    return new ReadOptions(format, at, header, maxLineBytes, strict, onBadLine);
  }
}
