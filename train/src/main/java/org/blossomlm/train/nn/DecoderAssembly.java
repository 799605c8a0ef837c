package org.blossomlm.train.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.engine.Architecture;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Puts a decoder together from its weights: frozen, trained, quantised, adapted. */
final class DecoderAssembly {
  private final WeightSource source;
  private final Method method;
  private final Compute compute;
  private final long seed;
  private final Parameters parameters = new Parameters();
  private final List<Tensor> frozen = new ArrayList<>();
  private final Map<String, Place> places = new HashMap<>();

  DecoderAssembly(WeightSource source, Method method, Compute compute, long seed) {
    this.source = source;
    this.method = method;
    this.compute = compute;
    this.seed = seed;
    source.definition().places().forEach(place -> places.put(place.huggingFace(), place));
  }

  Parameters parameters() {
    return parameters;
  }

  /** What is kept and does not learn. */
  List<Tensor> frozen() {
    return frozen;
  }

  Decoder assemble() {
    DecoderDefinition definition = source.definition();
    Architecture a = definition.architecture();
    boolean trainsHead = trainsWhole("lm_head");
    if (definition.tied() && trainsHead && !trainsWhole("embed_tokens")) {
      throw new TrainException(
          "lm_head is to be trained, but this model's output is its embedding; train embed_tokens,"
              + " which is both");
    }
    Tensor embedding = tensor(DecoderDefinition.EMBEDDING, trainsWhole("embed_tokens"));
    List<Block> blocks = new ArrayList<>();
    for (int layer = 0; layer < a.layers(); layer++) {
      try (var _ = new Scope()) {
        blocks.add(block(DecoderDefinition.block(layer), a));
      }
    }
    Tensor head = definition.tied() ? embedding : tensor(DecoderDefinition.HEAD, trainsHead);
    return new Decoder(
        definition,
        compute,
        embedding,
        List.copyOf(blocks),
        norm(DecoderDefinition.FINAL_NORM, a),
        new Linear(new DenseWeight(head), null, null));
  }

  private boolean trainsWhole(String name) {
    return switch (method) {
      case Method.Full() -> true;
      case Method.Adapters adapters -> adapters.alsoTrained().contains(name);
    };
  }

  private Block block(String prefix, Architecture a) {
    return new Block(
        norm(prefix + "input_layernorm.weight", a),
        new Attention(
            linear(prefix + "self_attn.", "q_proj"),
            linear(prefix + "self_attn.", "k_proj"),
            linear(prefix + "self_attn.", "v_proj"),
            linear(prefix + "self_attn.", "o_proj"),
            headNorm(prefix + "self_attn.q_norm.weight", a),
            headNorm(prefix + "self_attn.k_norm.weight", a)),
        norm(prefix + "post_attention_layernorm.weight", a),
        linear(prefix + "mlp.", "gate_proj"),
        linear(prefix + "mlp.", "up_proj"),
        linear(prefix + "mlp.", "down_proj"));
  }

  private RmsNorm norm(String name, Architecture a) {
    return new RmsNorm(tensor(name, method instanceof Method.Full), a.epsilon());
  }

  private @Nullable RmsNorm headNorm(String name, Architecture a) {
    return places.containsKey(name) ? norm(name, a) : null;
  }

  private Linear linear(String prefix, String name) {
    String full = prefix + name;
    Tensor bias = optional(full + ".bias", method instanceof Method.Full);
    return switch (method) {
      case Method.Full() -> new Linear(new DenseWeight(tensor(full + ".weight", true)), bias, null);
      case Method.Adapters adapters -> {
        Weight weight = frozen(full + ".weight", adapters.quantized());
        yield new Linear(
            weight,
            bias,
            adapters.lora().targets().contains(name)
                ? adapter(full, weight, adapters.lora())
                : null);
      }
    };
  }

  private Weight frozen(String name, boolean quantized) {
    if (!quantized) {
      return new DenseWeight(tensor(name, false));
    }
    Place place = places.get(name);
    Tensor found = place == null ? null : source.tensor(place).orElse(null);
    if (found == null) {
      throw missing(name);
    }
    Nf4Weight weight = Nf4Weight.of(found, compute);
    frozen.addAll(weight.parts());
    return weight;
  }

  private static TrainException missing(String name) {
    return new TrainException(
        "tensor " + name + " is missing; the weights are incomplete or of another model");
  }

  private Adapter adapter(String name, Weight weight, LoraOptions lora) {
    // Uniform within 1/√columns, as PEFT has it (Kaiming's with a = √5).
    double bound = 1 / Math.sqrt(weight.columns());
    torch.manual_seed(RandomWeights.seedOf(seed, name));
    Tensor a =
        torch.rand(lora.rank(), weight.columns()).mul(new Scalar(2 * bound)).sub(new Scalar(bound));
    Tensor first = parameters.add(name + ".lora_A.weight", compute.toExact(a));
    Tensor second =
        parameters.add(
            name + ".lora_B.weight", compute.toExact(torch.zeros(weight.rows(), lora.rank())));
    Tensor magnitude = null;
    if (lora.decomposed()) {
      Tensor w = compute.toExact(new Linear(weight, null, null).merged(compute));
      magnitude =
          parameters.add(
              name + ".lora_magnitude_vector",
              torch.linalg_vector_norm(
                  w,
                  new Scalar(2.0),
                  new long[] {1},
                  false,
                  new org.bytedeco.pytorch.ScalarTypeOptional()));
    }
    return new Adapter(first, second, magnitude, lora.scaling(), lora.dropout());
  }

  private Tensor tensor(String name, boolean trained) {
    Tensor found = optional(name, trained);
    if (found == null) {
      throw missing(name);
    }
    return found;
  }

  private @Nullable Tensor optional(String name, boolean trained) {
    Place place = places.get(name);
    Tensor found = place == null ? null : source.tensor(place).orElse(null);
    if (found == null) {
      return null;
    }
    if (trained) {
      return parameters.add(name, compute.toExact(found));
    }
    Tensor kept = Scope.keep(compute.onDevice(found));
    frozen.add(kept);
    return kept;
  }
}
