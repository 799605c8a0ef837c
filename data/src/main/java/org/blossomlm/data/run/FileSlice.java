package org.blossomlm.data.run;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.blossomlm.data.DataRecord;

/**
 * Whole lines of a stage's file.
 *
 * @param from first byte
 * @param to the byte after the last
 * @param first number of the first record, from 0
 */
public record FileSlice(long from, long to, long first) implements Serializable {
  /**
   * Cuts a file.
   *
   * @param bytes about as many in each slice
   */
  static List<FileSlice> of(Path file, long bytes) throws IOException {
    List<FileSlice> slices = new ArrayList<>();
    try (var lines = new LineFile(file, 0)) {
      long from = 0;
      long first = 0;
      long count = 0;
      while (lines.next().isPresent()) {
        count++;
        if (lines.position() - from >= bytes) {
          slices.add(new FileSlice(from, lines.position(), first));
          from = lines.position();
          first = count;
        }
      }
      if (count > first) {
        slices.add(new FileSlice(from, lines.position(), first));
      }
    }
    return slices;
  }

  /** Reads the records with their numbers. */
  public void forEach(Path file, BiConsumer<Long, DataRecord> consumer) throws IOException {
    try (var lines = new LineFile(file, from)) {
      long number = first;
      while (lines.position() < to) {
        Optional<byte[]> line = lines.next();
        if (line.isEmpty()) {
          throw new IOException(file + ": shorter than on the machine that wrote it");
        }
        consumer.accept(number++, RecordLine.read(line.get()));
      }
    }
  }
}
