package org.blossomlm.train.nn;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import org.blossomlm.model.convert.DecoderLayout;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The first weights of a new model, as GPT-2 has them (Radford et al. 2019, section 2.3): normal
 * with one deviation, in the matrices that add to the residual stream less by the root of their
 * number; norms one, biases zero.
 *
 * @param seed with the tensor's name decides its numbers
 */
record RandomWeights(DecoderDefinition definition, long seed, double deviation)
    implements WeightSource {
  static final double DEVIATION = 0.02;

  static RandomWeights of(DecoderLayout layout, long seed, double deviation) {
    return new RandomWeights(DecoderDefinition.of(layout), seed, deviation);
  }

  @Override
  public Optional<Tensor> tensor(Place place) {
    if (!place.required()) {
      return Optional.empty();
    }
    long[] shape = place.shape().stream().mapToLong(Long::longValue).toArray();
    String name = place.huggingFace();
    if (name.endsWith(".bias")) {
      return Optional.of(torch.zeros(shape));
    }
    if (shape.length == 1) {
      return Optional.of(torch.ones(shape));
    }
    boolean residual = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
    double spread =
        residual ? deviation / Math.sqrt(2.0 * definition.architecture().layers()) : deviation;
    torch.manual_seed(seedOf(seed, name));
    Tensor matrix = torch.empty(shape);
    matrix.normal_(0, spread, new GeneratorOptional());
    return Optional.of(matrix);
  }

  /** A seed of its own for everything that has a name. */
  static long seedOf(long seed, String name) {
    var hash = new CRC32();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    return seed * 0x9E3779B97F4A7C15L ^ hash.getValue();
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
