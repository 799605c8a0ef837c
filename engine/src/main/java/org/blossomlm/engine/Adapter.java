package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.blossomlm.engine.kernels.Matrix;
import org.blossomlm.model.adapter.AdapterException;
import org.blossomlm.model.adapter.LoraAdapter;
import org.blossomlm.model.adapter.LoraAdapter.LowRank;
import org.blossomlm.model.convert.DecoderLinear;
import org.blossomlm.model.convert.HeadPermutation;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * A LoRA adapter, bound to the matrices of a model. Low-rank changes are multiplied beside the
 * base's own products, in float32, so that the base stays as it is, quantised or not. Rows of q and
 * k are brought into the order in which a GGUF file has them.
 */
final class Adapter {
  /** What a base model alone is. */
  static final Adapter NONE = new Adapter(Map.of(), Map.of(), 0);

  private static final LongUnaryOperator SAME_ROW = row -> row;

  /**
   * The change of one matrix: {@code y = factor · (W x + up (down x))}, row by row.
   *
   * @param down {@code [rank, columns]}
   * @param up {@code [rows, rank]}, with the scale of the product in it
   * @param factors of the rows (DoRA); empty where there are none
   */
  record Change(Matrix down, Matrix up, float[] factors) {
    /** No change. */
    static final Change NONE =
        new Change(
            new Matrix(emptyTensor(), 0, 0, MemorySegment.NULL),
            new Matrix(emptyTensor(), 0, 0, MemorySegment.NULL),
            new float[0]);

    private static Tensor emptyTensor() {
      return new Tensor("", TensorType.F32, List.of(0L, 0L), MemorySegment.NULL);
    }

    boolean isNone() {
      return up.rows() == 0;
    }
  }

  private final Map<String, Tensor> replaced;
  private final Map<String, Change> changes;
  private final long bytes;

  private Adapter(Map<String, Tensor> replaced, Map<String, Change> changes, long bytes) {
    this.replaced = replaced;
    this.changes = changes;
    this.bytes = bytes;
  }

  /**
   * Binds an adapter.
   *
   * @param base the tensors of the model
   * @param arena for everything; the adapter may be closed then
   * @throws AdapterException if the adapter is of another model
   */
  static Adapter of(LoraAdapter adapter, Architecture a, Map<String, Tensor> base, Arena arena) {
    return new Binding(adapter, a, base, arena).bind();
  }

  /** The model's tensors, with those that the adapter brings in their places. */
  Map<String, Tensor> tensors(Map<String, Tensor> base) {
    if (replaced.isEmpty()) {
      return base;
    }
    Map<String, Tensor> all = new LinkedHashMap<>(base);
    all.putAll(replaced);
    return all;
  }

  boolean isNone() {
    return changes.isEmpty();
  }

  /** The change of the matrix of this name; {@link Change#NONE} if there is none. */
  Change change(String tensor) {
    return changes.getOrDefault(tensor, Change.NONE);
  }

  /** Memory that it takes. */
  long bytes() {
    return bytes;
  }

  /** The work of binding. */
  private static final class Binding {
    private final LoraAdapter adapter;
    private final Architecture a;
    private final Map<String, Tensor> base;
    private final Arena arena;
    private final Map<String, Tensor> replaced = new HashMap<>();
    private final Map<String, Change> changes = new HashMap<>();
    private long bytes;

    Binding(LoraAdapter adapter, Architecture a, Map<String, Tensor> base, Arena arena) {
      this.adapter = adapter;
      this.a = a;
      this.base = base;
      this.arena = arena;
    }

    Adapter bind() {
      adapter.replaced().forEach(this::replace);
      adapter.modules().forEach(this::change);
      return new Adapter(Map.copyOf(replaced), Map.copyOf(changes), bytes);
    }

    private void replace(String name, SafetensorsTensor tensor) {
      boolean embedding = name.equals("model.embed_tokens.weight");
      Tensor old = required(name, "token_embd.weight");
      Tensor mine = floats(tensor, embedding ? "token_embd.weight" : "output.weight");
      if (!mine.dimensions().equals(old.dimensions())) {
        throw wrong(
            name, "has shape %s, the model's is %s".formatted(mine.dimensions(), old.dimensions()));
      }
      replaced.put(mine.name(), mine);
      // PEFT trains a copy of one of two tied matrices; the other stays the base's.
      if (!base.containsKey("output.weight")) {
        replaced.putIfAbsent(
            "output.weight", new Tensor("output.weight", old.type(), old.dimensions(), old.data()));
      }
    }

    private void change(String module, LowRank change) {
      boolean head = module.equals("lm_head");
      var place = DecoderLinear.ofModule(module);
      if (!head && place.isEmpty()) {
        throw wrong(
            module,
            "is no matrix that the engine multiplies with; allowed are the seven of each layer and"
                + " lm_head");
      }
      String name = head ? "output.weight" : place.get().ggufTensor();
      boolean tied = head && !base.containsKey(name) && !replaced.containsKey(name);
      Tensor weight =
          replaced.containsKey(name)
              ? replaced.get(name)
              : required(module, tied ? "token_embd.weight" : name);
      if (weight.columns() != change.columns() || weight.rows() != change.rows()) {
        throw wrong(
            module,
            "changes a matrix of %d rows and %d columns; the model's has %d and %d"
                .formatted(change.rows(), change.columns(), weight.rows(), weight.columns()));
      }
      boolean permuted =
          place.isPresent() && place.get().linear().isRotated() && !a.rope().halves();
      LongUnaryOperator order = permuted ? HeadPermutation.toNeighbours(a.headSize()) : SAME_ROW;
      Matrix down = Matrix.of(floats(change.a(), name + ".down"));
      Matrix up = Matrix.of(up(change, name + ".up", order));
      float[] factors =
          change
              .magnitude()
              .map(magnitude -> factors(weight, down, up, decoded(magnitude), order))
              .orElse(new float[0]);
      bytes += factors.length * (long) Float.BYTES;
      // Products name the tensor that they read.
      changes.put(weight.name(), new Change(down, up, factors));
    }

    private Tensor required(String module, String name) {
      Tensor tensor = base.get(name);
      if (tensor == null) {
        throw wrong(module, "changes " + name + ", which the model has not");
      }
      return tensor;
    }

    private AdapterException wrong(String name, String problem) {
      return new AdapterException(adapter.folder() + ": " + name + " " + problem);
    }

    private static float[] decoded(SafetensorsTensor tensor) {
      var numbers = new float[Math.toIntExact(tensor.elements())];
      Dequantizer.dequantize(
          TensorType.valueOf(tensor.type().name()), tensor.data(), 0, numbers.length, numbers, 0);
      return numbers;
    }

    private Tensor floats(SafetensorsTensor tensor, String name) {
      return tensor(name, decoded(tensor), tensor.shape().getFirst(), tensor.shape().getLast());
    }

    private Tensor tensor(String name, float[] numbers, long rows, long columns) {
      MemorySegment data = arena.allocate(Math.max(1, numbers.length) * (long) Float.BYTES, 64);
      MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_FLOAT, 0, numbers.length);
      bytes += data.byteSize();
      return new Tensor(name, TensorType.F32, List.of(columns, rows), data);
    }

    private Tensor up(LowRank change, String name, LongUnaryOperator order) {
      float[] source = decoded(change.b());
      int rank = change.rank();
      var scaled = new float[source.length];
      for (int row = 0; row < change.rows(); row++) {
        int from = Math.toIntExact(order.applyAsLong(row)) * rank;
        for (int i = 0; i < rank; i++) {
          scaled[row * rank + i] = (float) (source[from + i] * change.scale());
        }
      }
      return tensor(name, scaled, change.rows(), rank);
    }

    /** Magnitudes over the lengths of the changed rows. */
    private static float[] factors(
        Tensor weight, Matrix down, Matrix up, float[] magnitude, LongUnaryOperator order) {
      int columns = down.columns();
      int rank = down.rows();
      float[] a = down.tensor().data().toArray(ValueLayout.JAVA_FLOAT);
      float[] b = up.tensor().data().toArray(ValueLayout.JAVA_FLOAT);
      var factors = new float[up.rows()];
      IntStream.range(0, up.rows())
          .parallel()
          .forEach(row -> {
            var sum = new float[columns];
            Dequantizer.dequantize(
                weight.type(), weight.data(), row * weight.rowBytes(), columns, sum, 0);
            for (int i = 0; i < rank; i++) {
              float factor = b[row * rank + i];
              for (int c = 0; c < columns; c++) {
                sum[c] += factor * a[i * columns + c];
              }
            }
            double squares = 0;
            for (float number : sum) {
              squares += (double) number * number;
            }
            double length = Math.sqrt(squares);
            float wanted = magnitude[Math.toIntExact(order.applyAsLong(row))];
            factors[row] = length == 0 ? 1 : (float) (wanted / length);
          });
      return factors;
    }
  }
}
