package org.blossomlm.train.nn;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.train.example.MicroBatch;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A decoder that learns. Gradients of all {@link #accumulate} calls add up in the parameters until
 * somebody steps and sets them to zero.
 */
public final class TrainingModel implements AutoCloseable {
  private final WeightSource source;
  private final Method method;
  private final Decoder decoder;
  private final Parameters parameters;
  private final List<Tensor> frozen;
  private final Backpropagation backpropagation;

  private TrainingModel(WeightSource source, Method method, DecoderAssembly assembly) {
    this.source = source;
    this.method = method;
    try (var _ = new Scope()) {
      this.decoder = assembly.assemble();
    }
    this.parameters = assembly.parameters();
    this.frozen = assembly.frozen();
    this.backpropagation = new Backpropagation(decoder);
  }

  /**
   * Assembles a model; it closes the source.
   *
   * @param seed of new adapters
   */
  public static TrainingModel of(WeightSource source, Method method, Compute compute, long seed) {
    return new TrainingModel(source, method, new DecoderAssembly(source, method, compute, seed));
  }

  public DecoderDefinition definition() {
    return decoder.definition();
  }

  public Method method() {
    return method;
  }

  public Compute compute() {
    return decoder.compute();
  }

  public Parameters parameters() {
    return parameters;
  }

  /** Tokens of a batch that something is learnt from. */
  public static int learntTokens(MicroBatch batch) {
    return (int) Arrays.stream(batch.targets()).filter(t -> t != MicroBatch.IGNORED).count();
  }

  /**
   * Adds the gradients of a micro-batch.
   *
   * @param tokens learnt in the whole accumulated batch, by which losses are divided: every token
   *     counts the same, in whichever micro-batch it is
   * @return the sum of the losses of the micro-batch's tokens, in nats, with smoothing
   */
  public double accumulate(MicroBatch batch, long tokens, LossOptions loss, Pass pass) {
    return backpropagation.accumulate(batch, tokens, loss, pass);
  }

  /** The sum of the losses of a micro-batch's tokens, in nats. */
  public double loss(MicroBatch batch) {
    return backpropagation.loss(batch);
  }

  /**
   * Logits of every token.
   *
   * @return {@code rows × length × vocabulary}
   */
  public float[] logits(MicroBatch batch) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      BatchTensors tensors = BatchTensors.of(batch, definition(), compute());
      Tensor x = decoder.embed(tensors);
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        x = decoder.block(layer, x, tensors, Pass.EVALUATION);
      }
      return TensorData.floats(decoder.logits(x.view(-1, x.size(2))));
    }
  }

  /** Logits of what follows some tokens. */
  public float[] logitsAfter(int[] tokens) {
    int length = tokens.length;
    var targets = new int[length];
    var segments = new int[length];
    Arrays.fill(targets, MicroBatch.IGNORED);
    Arrays.fill(segments, 1);
    int[] positions = IntStream.range(0, length).toArray();
    var batch = new MicroBatch(1, length, tokens, targets, positions, segments);
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      BatchTensors tensors = BatchTensors.of(batch, definition(), compute());
      Tensor x = decoder.embed(tensors);
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        x = decoder.block(layer, x, tensors, Pass.EVALUATION);
      }
      return TensorData.floats(decoder.logits(x.view(-1, x.size(2)).narrow(0, length - 1, 1)));
    }
  }

  /** Whether the model has a tensor in this place. */
  public boolean has(Place place) {
    try (var _ = new Scope()) {
      return parameters.tensors().containsKey(place.huggingFace())
          || source.tensor(place).isPresent();
    }
  }

  /**
   * The number format of a tensor in the base, and float32 where the base is held in 4 bits, whose
   * numbers a shorter format would round.
   */
  public ScalarType baseFormat(Place place) {
    String name = place.huggingFace();
    boolean quantized =
        method instanceof Method.Adapters adapters
            && adapters.quantized()
            && LoraOptions.LINEARS.stream().anyMatch(l -> name.endsWith("." + l + ".weight"));
    try (var _ = new Scope()) {
      return quantized
          ? ScalarType.Float
          : source
              .tensor(place)
              .map(tensor -> tensor.scalar_type().intern())
              .orElse(ScalarType.Float);
    }
  }

  /**
   * A tensor of the model as it is now, adapters folded in, by a name of its definition; null where
   * it has none. With a quantised base it is what the adapters were trained on, dequantised. To be
   * called within a {@link Scope}.
   */
  public @Nullable Tensor merged(Place place) {
    try (var _ = new NoGradGuard()) {
      String name = place.huggingFace();
      Tensor trained = parameters.tensors().get(name);
      if (trained != null) {
        return trained.detach();
      }
      List<Block> blocks = decoder.blocks();
      for (int layer = 0; layer < blocks.size(); layer++) {
        String prefix = DecoderDefinition.block(layer);
        if (name.startsWith(prefix) && name.endsWith(".weight")) {
          String linear = name.substring(prefix.length(), name.length() - ".weight".length());
          Linear found = blocks.get(layer).linears().get(linear);
          if (found != null && (found.adapter() != null || found.weight() instanceof Nf4Weight)) {
            return found.merged(compute());
          }
        }
      }
      return source.tensor(place).orElse(null);
    }
  }

  @Override
  public void close() {
    parameters.release();
    frozen.forEach(Scope::release);
    source.close();
  }
}
