package org.blossomlm.model.quantize;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * Importance matrices in files: read and written as llama.cpp's GGUF (tensors {@code NAME.in_sum2}
 * and {@code NAME.counts}), read in its older {@code .dat} form too.
 */
public final class ImportanceFiles {
  private static final String SUMS = ".in_sum2";
  private static final String COUNTS = ".counts";
  private static final String TYPE = "general.type";
  private static final String DATASETS = "imatrix.datasets";
  private static final String CHUNKS = "imatrix.chunk_count";
  private static final String CHUNK_SIZE = "imatrix.chunk_size";

  /** Ours: other programs pass over keys that they do not know. */
  private static final String TOKENS = "blossom.imatrix.tokens_sha256";

  private static final String MODEL = "blossom.imatrix.model_sha256";

  /** Larger than any real file: 200,000 tensors of a thousand columns. */
  private static final long MAX_BYTES = 1L << 30;

  private static final int MAX_NAME = 1024;

  private ImportanceFiles() {}

  /**
   * Reads either form.
   *
   * @throws ModelException if the file is neither, or damaged
   */
  public static ImportanceMatrix read(Path path) {
    if (startsAsGguf(path)) {
      try (GgufFile file = GgufFile.open(path)) {
        return read(file);
      }
    }
    return new LegacyImportance(path, bytes(path)).read();
  }

  private static boolean startsAsGguf(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      ByteBuffer magic = ByteBuffer.allocate(4);
      channel.read(magic);
      return new String(magic.array(), StandardCharsets.ISO_8859_1).equals("GGUF");
    } catch (NoSuchFileException e) {
      throw new ModelException(path + ": there is no such file", e);
    } catch (IOException e) {
      throw new ModelException(path + ": the file cannot be read: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer bytes(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      if (channel.size() > MAX_BYTES) {
        throw new ModelException(
            path + ": no importance matrix: it has " + channel.size() + " bytes, at most 2^30");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size()).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return bytes.flip();
    } catch (IOException e) {
      throw new ModelException(path + ": the file cannot be read: " + e.getMessage(), e);
    }
  }

  private static ImportanceMatrix read(GgufFile file) {
    Path path = file.path();
    Map<String, ImportanceMatrix.Entry> entries = new LinkedHashMap<>();
    for (Tensor tensor : file.tensors().values()) {
      if (!tensor.name().endsWith(SUMS)) {
        continue;
      }
      String name = tensor.name().substring(0, tensor.name().length() - SUMS.length());
      Tensor counts = file.requireTensor(name + COUNTS);
      float[] countValues = floats(path, counts);
      float[] sums = floats(path, tensor);
      if (countValues.length == 0 || sums.length % countValues.length != 0) {
        throw new ModelException(
            path
                + ": tensor '"
                + counts.name()
                + "': found "
                + countValues.length
                + " counts for "
                + sums.length
                + " sums; the second must be a multiple of the first");
      }
      entries.put(name, checked(path, name, new ImportanceMatrix.Entry(sums, countValues)));
    }
    if (entries.isEmpty()) {
      throw new ModelException(
          path
              + ": this GGUF file is no importance matrix: it has no tensor named *"
              + SUMS
              + "; make one with blossom imatrix MODEL TEXT");
    }
    GgufMetadata metadata = file.metadata();
    return new ImportanceMatrix(
        metadata.strings(DATASETS).orElse(List.of()),
        count(path, metadata, CHUNKS),
        count(path, metadata, CHUNK_SIZE),
        entries,
        metadata
            .string(TOKENS)
            .flatMap(tokens ->
                metadata.string(MODEL).map(model -> new ImportanceMatrix.Origin(tokens, model))));
  }

  private static int count(Path path, GgufMetadata metadata, String key) {
    long value = metadata.integer(key).orElse(0);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new ModelException(
          path + ": " + key + " is " + value + ", allowed are 0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private static float[] floats(Path path, Tensor tensor) {
    if (tensor.type() != TensorType.F32 || tensor.elements() > MAX_BYTES / Float.BYTES) {
      throw new ModelException(
          path
              + ": tensor '"
              + tensor.name()
              + "': found "
              + tensor.elements()
              + " elements of type "
              + tensor.type()
              + ", expected F32");
    }
    float[] floats = new float[(int) tensor.elements()];
    Dequantizer.dequantize(tensor.type(), tensor.data(), 0, floats.length, floats, 0);
    return floats;
  }

  static ImportanceMatrix.Entry checked(Path path, String name, ImportanceMatrix.Entry entry) {
    for (float[] values : List.of(entry.sums(), entry.counts())) {
      for (float value : values) {
        if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
          throw new ModelException(
              path
                  + ": entry '"
                  + name
                  + "': found "
                  + value
                  + ", allowed are finite numbers from 0; was the model's output sound?");
        }
      }
    }
    return entry;
  }

  /**
   * Writes a GGUF file, whole or not at all.
   *
   * @throws ModelException if it cannot be written
   */
  public static void write(ImportanceMatrix matrix, Path target) {
    GgufMetadata.Builder metadata =
        GgufMetadata.builder()
            .put(TYPE, "imatrix")
            .put(DATASETS, GgufArray.ofStrings(matrix.datasets()))
            .put(CHUNKS, GgufValue.uint32(matrix.chunks()))
            .put(CHUNK_SIZE, GgufValue.uint32(matrix.chunkSize()));
    matrix
        .origin()
        .ifPresent(origin -> metadata.put(TOKENS, origin.tokens()).put(MODEL, origin.model()));
    var writer = new GgufWriter(metadata.build());
    matrix
        .entries()
        .forEach((name, entry) -> {
          long experts = entry.counts().length;
          add(writer, name + SUMS, List.of((long) entry.columns(), experts), entry.sums());
          add(writer, name + COUNTS, List.of(1L, experts), entry.counts());
        });
    writer.write(target);
  }

  private static void add(GgufWriter writer, String name, List<Long> dimensions, float[] values) {
    writer.add(
        name,
        TensorType.F32,
        dimensions,
        out -> {
          ByteBuffer bytes =
              ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asFloatBuffer().put(values);
          out.write(bytes);
        });
  }

  /**
   * The form before GGUF: a count of entries; for each its name, calls, and the means of its
   * squares times the calls; then chunks and the name of the text, which the oldest files lack.
   */
  private record LegacyImportance(Path path, ByteBuffer bytes) {
    ImportanceMatrix read() {
      int count = bounded("the number of entries", 1, 1 << 20);
      Map<String, ImportanceMatrix.Entry> entries = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        String name = text(bounded("the length of a name", 1, MAX_NAME));
        int calls = bounded("the calls of '" + name + "'", 0, Integer.MAX_VALUE);
        int columns = bounded("the columns of '" + name + "'", 1, rest() / Float.BYTES);
        float[] sums = new float[columns];
        for (int j = 0; j < columns; j++) {
          sums[j] = bytes.getFloat();
        }
        var entry = new ImportanceMatrix.Entry(sums, new float[] {calls});
        entries.put(name, checked(path, name, entry));
      }
      int chunks = 0;
      List<String> datasets = new ArrayList<>();
      if (bytes.remaining() >= Integer.BYTES) {
        chunks = bounded("the number of chunks", 0, Integer.MAX_VALUE);
      }
      if (bytes.remaining() >= Integer.BYTES) {
        datasets.add(text(bounded("the length of the text's name", 0, rest())));
      }
      return new ImportanceMatrix(datasets, chunks, 0, entries);
    }

    /** Bytes behind the number that comes next. */
    private int rest() {
      return Math.max(0, bytes.remaining() - Integer.BYTES);
    }

    private int bounded(String what, int least, int most) {
      if (bytes.remaining() < Integer.BYTES) {
        throw damaged(what + " is missing");
      }
      int value = bytes.getInt();
      if (value < least || value > most) {
        throw damaged(what + " is " + value + ", allowed are " + least + " to " + most);
      }
      return value;
    }

    private String text(int length) {
      if (length > bytes.remaining()) {
        throw damaged("a name of " + length + " bytes goes beyond its end");
      }
      byte[] name = new byte[length];
      bytes.get(name);
      return new String(name, StandardCharsets.UTF_8);
    }

    private ModelException damaged(String what) {
      return new ModelException(
          path
              + ": neither a GGUF file nor an importance matrix (.dat): at byte "
              + bytes.position()
              + " "
              + what);
    }
  }
}
