package org.blossomlm.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import tools.jackson.core.JacksonException;

/** Chooses how a file is read: by its name, and where that says nothing by how it begins. */
final class SourceOpener {
  /** Enough for the first line of most files. */
  private static final int PEEKED_BYTES = 1 << 15;

  private SourceOpener() {}

  static ObjectSource open(InputFile file, ReadOptions options) throws IOException {
    FileType type = FileType.of(file.name()).orElse(FileType.JSON);
    if (type == FileType.PARQUET) {
      return new ParquetSource(
          file.path()
              .filter(path -> path.toString().endsWith(".parquet"))
              .orElseThrow(() ->
                  new DataException(
                      "Parquet is read only from a file of its own; unpack it first")),
          options.maxLineBytes());
    }
    InputStream in = ByteSource.open(file);
    try {
      refuseOtherEncodings(in);
      int max = options.maxLineBytes();
      return switch (type) {
        case JSON_LINES -> new LinesSource(in, true, max);
        case TEXT_LINES -> new LinesSource(in, false, max);
        case CSV -> new DelimitedSource(in, ',', options.header(), max);
        case TSV -> new DelimitedSource(in, '\t', options.header(), max);
        default ->
            options.at().isEmpty() && isLines(in)
                ? new LinesSource(in, true, max)
                : new JsonSource(in, options.at(), max);
      };
    } catch (JacksonException e) {
      // It looks at the first bytes when it is made.
      RecordReader.closeAfter(in, e);
      throw new DataException("not JSON: " + JsonTree.explain(e), e);
    } catch (IOException | RuntimeException e) {
      RecordReader.closeAfter(in, e);
      throw e;
    }
  }

  private static void refuseOtherEncodings(InputStream in) throws IOException {
    in.mark(2);
    int first = in.read();
    int second = in.read();
    in.reset();
    if (first == 0xff && second == 0xfe || first == 0xfe && second == 0xff) {
      throw new DataException("UTF-16; convert the file to UTF-8");
    }
    if (first == 'P' && second == 'K') {
      throw new DataException("a zip archive; its name must end in .zip");
    }
  }

  /** Whether a file that might be a document has an object in its first line and another next. */
  private static boolean isLines(InputStream in) throws IOException {
    in.mark(PEEKED_BYTES);
    String start = new String(in.readNBytes(PEEKED_BYTES), StandardCharsets.ISO_8859_1).strip();
    in.reset();
    int end = start.indexOf('\n');
    return start.startsWith("{")
        && end > 0
        && start.substring(0, end).stripTrailing().endsWith("}")
        && start.substring(end).strip().startsWith("{");
  }
}
