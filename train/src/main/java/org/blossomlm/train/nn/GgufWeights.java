package org.blossomlm.train.nn;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.blossomlm.model.convert.DecoderLayout;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.model.convert.HeadPermutation;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tensor.Dequantizer;
import org.blossomlm.model.tensor.TensorType;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of a GGUF file: plain numbers mapped, blocks of Q8_0 decoded to float32, and rows of
 * llama's queries and keys brought back into Hugging Face's order, which copies these two.
 */
final class GgufWeights implements WeightSource {
  private static final Set<TensorType> PLAIN =
      EnumSet.of(TensorType.F32, TensorType.F16, TensorType.BF16);

  private final GgufFile file;
  private final DecoderDefinition definition;

  GgufWeights(Path path) {
    this.file = GgufFile.open(path);
    try {
      this.definition = DecoderDefinition.of(DecoderLayout.ofGguf(file));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public DecoderDefinition definition() {
    return definition;
  }

  @Override
  public Optional<Tensor> tensor(Place place) {
    return file.tensor(place.gguf())
        .map(found -> {
          if (!found.dimensions().equals(place.shape().reversed())) {
            throw new TrainException(
                "%s: tensor %s has the dimensions %s; the hyper-parameters ask for %s"
                    .formatted(
                        file.path(), place.gguf(), found.dimensions(), place.shape().reversed()));
          }
          long[] shape = place.shape().stream().mapToLong(Long::longValue).toArray();
          Tensor stored =
              PLAIN.contains(found.type()) ? mapped(found, shape) : decoded(found, shape);
          return place.permuted() ? reordered(stored) : stored;
        });
  }

  private static Tensor mapped(org.blossomlm.model.tensor.Tensor found, long[] shape) {
    return TensorData.view(found.data(), TensorData.scalarType(found.type()), shape);
  }

  private Tensor decoded(org.blossomlm.model.tensor.Tensor found, long[] shape) {
    if (found.type() != TensorType.Q8_0) {
      throw new TrainException(
          "%s: tensor %s is %s; models of F32, F16, BF16 and Q8_0 are trained, because fewer bits"
                  .formatted(file.path(), found.name(), found.type())
              + " have lost too much. Take the file that this one was quantised from");
    }
    var floats = new float[Math.toIntExact(found.elements())];
    Dequantizer.dequantize(found.type(), found.data(), 0, floats.length, floats, 0);
    return TensorData.floats(floats, shape);
  }

  private Tensor reordered(Tensor stored) {
    LongUnaryOperator source = HeadPermutation.toHalves(definition.architecture().headSize());
    var rows = new int[Math.toIntExact(stored.size(0))];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = Math.toIntExact(source.applyAsLong(row));
    }
    return stored.index_select(0, TensorData.indices(rows, rows.length));
  }

  @Override
  public void close() {
    file.close();
  }
}
