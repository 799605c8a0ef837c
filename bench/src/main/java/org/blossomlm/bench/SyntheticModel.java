package org.blossomlm.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.blossomlm.bench.TensorList.Content;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.gguf.GgufWriter;
import org.blossomlm.model.quantize.Recipe;

/**
 * A model of random weights with the dimensions, the tensor types and the size of vocabulary of a
 * published one: as fast, or as slow, as that one, and with nothing to download. What it writes is
 * nonsense.
 */
public final class SyntheticModel {
  /** As in published models: large enough to matter, small enough for logits of ordinary size. */
  private static final double DEVIATION = 0.02;

  private static final int CHUNK_BYTES = 1 << 20;
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private final ModelShape shape;
  private final Recipe recipe;
  private final long seed;
  private final List<TensorList.Entry> tensors;

  SyntheticModel(ModelShape shape, Recipe recipe, long seed) {
    this.shape = shape;
    this.recipe = recipe;
    this.seed = seed;
    this.tensors = TensorList.of(shape, recipe);
  }

  /**
   * A model by name.
   *
   * @param name family, size and quantisation, e.g. {@code qwen2:1.5b:Q4_K_M}
   * @param seed the same seed gives the same file
   * @throws IllegalArgumentException saying what is allowed
   * @throws org.blossomlm.model.ModelException if there is no such quantisation
   */
  public static SyntheticModel of(String name, long seed) {
    int last = name.lastIndexOf(':');
    if (last < 0 || name.indexOf(':') == last) {
      throw new IllegalArgumentException(
          "'%s' is no synthetic model; write FAMILY:SIZE:TYPE, e.g. qwen2:1.5b:Q4_K_M"
              .formatted(name));
    }
    ModelShape shape = KnownModels.named(name.substring(0, last));
    return new SyntheticModel(shape, Recipe.parse(name.substring(last + 1)), seed);
  }

  /** Families and sizes that {@link #of} takes, e.g. {@code qwen2:1.5b}. */
  public static List<String> names() {
    return KnownModels.names();
  }

  /** A name for the file, e.g. {@code synthetic-qwen2-1.5b-Q4_K_M.gguf}. */
  public String fileName() {
    return "synthetic-" + shape.name().replace(':', '-') + "-" + recipe + ".gguf";
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return tensors.stream().mapToLong(TensorList.Entry::bytes).sum();
  }

  /**
   * Writes the file, which appears when it is complete. Needs memory for the vocabulary and a few
   * megabytes, whatever the size of the model.
   *
   * @param progress hears how many of {@link #bytes} are written, now and then; what it throws ends
   *     the writing and leaves nothing
   * @throws org.blossomlm.model.ModelException if the file cannot be written
   */
  public void write(Path target, LongConsumer progress) {
    GgufWriter writer = new GgufWriter(metadata());
    long before = 0;
    for (TensorList.Entry tensor : tensors) {
      long start = before;
      writer.add(
          tensor.name(),
          tensor.type(),
          tensor.dimensions(),
          out -> write(tensor, out, done -> progress.accept(start + done)));
      before += tensor.bytes();
    }
    writer.write(target);
  }

  /** The random numbers of a tensor depend on the seed and its name alone. */
  private void write(TensorList.Entry tensor, WritableByteChannel out, LongConsumer progress)
      throws IOException {
    var random = new SplittableRandom(seed * GOLDEN_RATIO + tensor.name().hashCode());
    if (tensor.content() != Content.MATRIX) {
      writeAll(vector(tensor, random), out);
      progress.accept(tensor.bytes());
      return;
    }
    RandomBlocks blocks = new RandomBlocks(tensor.type(), DEVIATION);
    int block = tensor.type().blockBytes();
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES / block * block);
    for (long done = 0; done < tensor.bytes(); done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), tensor.bytes() - done));
      blocks.fill(MemorySegment.ofBuffer(buffer), random);
      writeAll(buffer, out);
      progress.accept(done + buffer.limit());
    }
  }

  private static void writeAll(ByteBuffer buffer, WritableByteChannel out) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  private ByteBuffer vector(TensorList.Entry tensor, SplittableRandom random) {
    int size = tensor.dimensions().getFirst().intValue();
    ByteBuffer bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      float deviation = (float) (DEVIATION * Math.sqrt(3) * (2 * random.nextDouble() - 1));
      bytes.putFloat(
          switch (tensor.content()) {
            case NORM -> 1 + deviation;
            case BIAS -> deviation;
            case ROPE_FACTORS -> ropeFactor(i);
            case MATRIX -> throw new IllegalStateException(tensor.name());
          });
    }
    return bytes.flip();
  }

  /**
   * Llama 3.1's scaling as divisors of the angles: wavelengths beyond the 8192 positions of the
   * first training are stretched whole, those below a quarter of it not at all, with a ramp
   * between.
   */
  private float ropeFactor(int pair) {
    double trained = 8192;
    double shortest = trained / 4;
    double wavelength = 2 * Math.PI * Math.pow(shape.ropeBase(), 2.0 * pair / shape.headSize());
    if (wavelength < shortest) {
      return 1;
    }
    if (wavelength > trained) {
      return shape.llama3RopeFactor();
    }
    double smooth = (trained / wavelength - 1) / (trained / shortest - 1);
    return (float) (1 / ((1 - smooth) / shape.llama3RopeFactor() + smooth));
  }

  private GgufMetadata metadata() {
    String a = shape.architecture();
    GgufMetadata.Builder metadata =
        GgufMetadata.builder()
            .put("general.architecture", a)
            .put("general.type", "model")
            .put("general.name", "synthetic " + shape.name())
            .put("general.description", "random weights, seed " + seed)
            .put("general.quantization_version", GgufValue.uint32(2))
            .put("general.file_type", GgufValue.uint32(recipe.fileType()))
            .put(a + ".block_count", GgufValue.uint32(shape.layers()))
            .put(a + ".context_length", GgufValue.uint32(shape.context()))
            .put(a + ".embedding_length", GgufValue.uint32(shape.hidden()))
            .put(a + ".feed_forward_length", GgufValue.uint32(shape.feedForward()))
            .put(a + ".attention.head_count", GgufValue.uint32(shape.heads()))
            .put(a + ".attention.head_count_kv", GgufValue.uint32(shape.keyValueHeads()))
            .put(a + ".attention.key_length", GgufValue.uint32(shape.headSize()))
            .put(a + ".attention.value_length", GgufValue.uint32(shape.headSize()))
            .put(a + ".attention.layer_norm_rms_epsilon", GgufValue.float32(shape.epsilon()))
            .put(a + ".rope.freq_base", GgufValue.float32(shape.ropeBase()))
            .put(a + ".rope.dimension_count", GgufValue.uint32(shape.headSize()))
            .put(a + ".vocab_size", GgufValue.uint32(shape.vocabularyRows()));
    new SyntheticVocabulary(shape.vocabulary(), shape.vocabularyRows(), seed).describe(metadata);
    return metadata.build();
  }
}
