package org.blossomlm.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.blossomlm.model.safetensors.SafetensorsType;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small random model in Hugging Face's names and layout, which can be saved as transformers saves
 * one and computed as transformers' {@code modeling_llama}, {@code modeling_qwen2} and {@code
 * modeling_qwen3} define it: in double precision, with {@code rotate_half}. It shares nothing with
 * the engine or the converter, so logits that agree prove names, order of rows and
 * hyper-parameters.
 */
final class TransformersModel {
  static final int VOCABULARY = 272;
  private static final int HIDDEN = 64;
  private static final int HEADS = 4;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int INNER = 96;
  private static final int LAYERS = 3;
  private static final double EPSILON = 1e-5;

  private final Map<String, Object> config = new LinkedHashMap<>();
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
  private final SplittableRandom random;
  private final int headSize;
  private final double theta;
  private final boolean tied;
  private final Map<String, Object> scaling;

  /**
   * @param className the class of the model
   * @param headSize may differ from hidden size over heads
   * @param scaling {@code rope_scaling}; empty for none
   * @param biases of q, k and v
   */
  TransformersModel(
      String className,
      int headSize,
      double theta,
      Map<String, Object> scaling,
      boolean biases,
      boolean tied,
      long seed) {
    this.headSize = headSize;
    this.theta = theta;
    this.tied = tied;
    this.scaling = scaling;
    this.random = new SplittableRandom(seed);
    config.put("architectures", List.of(className));
    config.put("hidden_size", HIDDEN);
    config.put("intermediate_size", INNER);
    config.put("num_hidden_layers", LAYERS);
    config.put("num_attention_heads", HEADS);
    config.put("num_key_value_heads", KEY_VALUE_HEADS);
    config.put("head_dim", headSize);
    config.put("max_position_embeddings", 512);
    config.put("rms_norm_eps", EPSILON);
    config.put("rope_theta", theta);
    config.put("vocab_size", VOCABULARY);
    config.put("tie_word_embeddings", tied);
    if (!scaling.isEmpty()) {
      config.put("rope_scaling", scaling);
    }
    add("model.embed_tokens.weight", 1, VOCABULARY, HIDDEN);
    for (int i = 0; i < LAYERS; i++) {
      String layer = "model.layers." + i + ".";
      add(layer + "input_layernorm.weight", 0.3, HIDDEN);
      add(layer + "self_attn.q_proj.weight", 0.12, HEADS * headSize, HIDDEN);
      add(layer + "self_attn.k_proj.weight", 0.12, KEY_VALUE_HEADS * headSize, HIDDEN);
      add(layer + "self_attn.v_proj.weight", 0.15, KEY_VALUE_HEADS * headSize, HIDDEN);
      if (biases) {
        add(layer + "self_attn.q_proj.bias", 0.5, HEADS * headSize);
        add(layer + "self_attn.k_proj.bias", 0.5, KEY_VALUE_HEADS * headSize);
        add(layer + "self_attn.v_proj.bias", 0.5, KEY_VALUE_HEADS * headSize);
      }
      if (className.startsWith("Qwen3")) {
        add(layer + "self_attn.q_norm.weight", 0.3, headSize);
        add(layer + "self_attn.k_norm.weight", 0.3, headSize);
      }
      add(layer + "self_attn.o_proj.weight", 0.15, HIDDEN, HEADS * headSize);
      add(layer + "post_attention_layernorm.weight", 0.3, HIDDEN);
      add(layer + "mlp.gate_proj.weight", 0.15, INNER, HIDDEN);
      add(layer + "mlp.up_proj.weight", 0.15, INNER, HIDDEN);
      add(layer + "mlp.down_proj.weight", 0.15, HIDDEN, INNER);
    }
    add("model.norm.weight", 0.3, HIDDEN);
    if (!tied) {
      add("lm_head.weight", 0.25, VOCABULARY, HIDDEN);
    }
  }

  private void add(String name, double deviation, int... shape) {
    int elements = 1;
    List<Long> dimensions = new ArrayList<>();
    for (int dimension : shape) {
      elements *= dimension;
      dimensions.add((long) dimension);
    }
    // Around one for the weights of norms, so that attention is not so sharp that the rounding of
    // keys to 16 bits decides.
    double mean = name.endsWith("norm.weight") ? 1 : 0;
    var numbers = new float[elements];
    for (int i = 0; i < elements; i++) {
      numbers[i] = (float) random.nextGaussian(mean, deviation);
    }
    tensors.put(name, numbers);
    shapes.put(name, dimensions);
  }

  private float[] tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** Saves config.json, model.safetensors in F32 and a tokenizer of bytes. */
  Path save(Path folder) {
    try {
      Files.createDirectories(folder);
      var json = new JsonMapper();
      Files.writeString(folder.resolve("config.json"), json.writeValueAsString(config));
      Files.writeString(folder.resolve("tokenizer.json"), json.writeValueAsString(tokenizer()));
      Files.writeString(
          folder.resolve("tokenizer_config.json"),
          "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"unk_token\":\"<unk>\"}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var writer = new SafetensorsWriter(Map.of());
    tensors.forEach((name, numbers) -> {
      ByteBuffer bytes =
          ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(numbers);
      writer.add(
          name,
          SafetensorsType.F32,
          Objects.requireNonNull(shapes.get(name)),
          out -> out.write(bytes.duplicate()));
    });
    writer.writeModel(folder, 100_000);
    return folder;
  }

  /** The modules of all matrices of layers, and their shapes. */
  Map<String, List<Long>> linears() {
    Map<String, List<Long>> linears = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> {
      if (name.endsWith("_proj.weight")) {
        linears.put(name.substring(0, name.length() - ".weight".length()), shape);
      }
    });
    return linears;
  }

  float[] weights(String module) {
    return tensor(module + ".weight");
  }

  private static Map<String, Object> tokenizer() {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    List<Object> added = new ArrayList<>();
    for (String special : List.of("<unk>", "<s>", "</s>")) {
      added.add(Map.of("id", vocabulary.size(), "content", special, "special", true));
      vocabulary.put(special, vocabulary.size());
    }
    for (int i = 0; i < 256; i++) {
      vocabulary.put("<0x%02X>".formatted(i), vocabulary.size());
    }
    vocabulary.put("\u2581", vocabulary.size());
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("unk_token", "<unk>");
    model.put("fuse_unk", true);
    model.put("byte_fallback", true);
    model.put("vocab", vocabulary);
    model.put("merges", List.of());
    Map<String, Object> replace =
        Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "\u2581");
    return Map.of("added_tokens", added, "normalizer", replace, "model", model);
  }

  /** The logits after every token. */
  double[][] logits(int[] tokens) {
    var hidden = new double[tokens.length][HIDDEN];
    float[] embedding = tensor("model.embed_tokens.weight");
    for (int t = 0; t < tokens.length; t++) {
      for (int i = 0; i < HIDDEN; i++) {
        hidden[t][i] = embedding[tokens[t] * HIDDEN + i];
      }
    }
    for (int i = 0; i < LAYERS; i++) {
      String layer = "model.layers." + i + ".";
      addTo(
          hidden, attention(norm(hidden, layer + "input_layernorm.weight"), layer + "self_attn."));
      addTo(hidden, mlp(norm(hidden, layer + "post_attention_layernorm.weight"), layer + "mlp."));
    }
    return linear(
        norm(hidden, "model.norm.weight"), tied ? "model.embed_tokens" : "lm_head", VOCABULARY);
  }

  private double[][] attention(double[][] x, String prefix) {
    double[][] query = linear(x, prefix + "q_proj", HEADS * headSize);
    double[][] key = linear(x, prefix + "k_proj", KEY_VALUE_HEADS * headSize);
    double[][] value = linear(x, prefix + "v_proj", KEY_VALUE_HEADS * headSize);
    for (int t = 0; t < x.length; t++) {
      heads(query[t], HEADS, t, prefix + "q_norm.weight");
      heads(key[t], KEY_VALUE_HEADS, t, prefix + "k_norm.weight");
    }
    var mixed = new double[x.length][HEADS * headSize];
    for (int t = 0; t < x.length; t++) {
      for (int head = 0; head < HEADS; head++) {
        int shared = head / (HEADS / KEY_VALUE_HEADS) * headSize;
        var weights = new double[t + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < headSize; i++) {
            weights[s] += query[t][head * headSize + i] * key[s][shared + i];
          }
          weights[s] /= Math.sqrt(headSize);
          largest = Math.max(largest, weights[s]);
        }
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          weights[s] = Math.exp(weights[s] - largest);
          sum += weights[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < headSize; i++) {
            mixed[t][head * headSize + i] += weights[s] / sum * value[s][shared + i];
          }
        }
      }
    }
    return linear(mixed, prefix + "o_proj", HIDDEN);
  }

  /** Norm of each head where there is one, then {@code x * cos + rotate_half(x) * sin}. */
  private void heads(double[] x, int heads, int position, String normName) {
    double[] frequencies = inverseFrequencies();
    int half = headSize / 2;
    for (int head = 0; head < heads; head++) {
      int start = head * headSize;
      if (tensors.containsKey(normName)) {
        float[] weight = tensor(normName);
        double scale = 0;
        for (int i = 0; i < headSize; i++) {
          scale += x[start + i] * x[start + i];
        }
        scale = 1 / Math.sqrt(scale / headSize + EPSILON);
        for (int i = 0; i < headSize; i++) {
          x[start + i] *= scale * weight[i];
        }
      }
      var rotated = new double[headSize];
      for (int i = 0; i < headSize; i++) {
        double angle = position * frequencies[i % half];
        double partner = i < half ? -x[start + i + half] : x[start + i - half];
        rotated[i] =
            attentionFactor() * (x[start + i] * Math.cos(angle) + partner * Math.sin(angle));
      }
      System.arraycopy(rotated, 0, x, start, headSize);
    }
  }

  private double number(String name, double otherwise) {
    return scaling.get(name) instanceof Number number ? number.doubleValue() : otherwise;
  }

  private double attentionFactor() {
    double factor = number("factor", 1);
    return "yarn".equals(scaling.get("rope_type"))
        ? number("attention_factor", 0.1 * Math.log(factor) + 1)
        : 1;
  }

  /** {@code modeling_rope_utils}. */
  private double[] inverseFrequencies() {
    var frequencies = new double[headSize / 2];
    double factor = number("factor", 1);
    double original = number("original_max_position_embeddings", 512);
    for (int i = 0; i < frequencies.length; i++) {
      double frequency = 1 / Math.pow(theta, 2.0 * i / headSize);
      frequencies[i] =
          switch (String.valueOf(scaling.get("rope_type"))) {
            case "linear" -> frequency / factor;
            case "llama3" -> llama3(frequency, factor, original);
            case "yarn" -> yarn(i, frequency, factor, original);
            default -> frequency;
          };
    }
    return frequencies;
  }

  private double llama3(double frequency, double factor, double original) {
    double low = number("low_freq_factor", 1);
    double high = number("high_freq_factor", 4);
    double wavelength = 2 * Math.PI / frequency;
    if (wavelength > original / low) {
      return frequency / factor;
    }
    if (wavelength < original / high) {
      return frequency;
    }
    double smooth = (original / wavelength - low) / (high - low);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  }

  private double yarn(int i, double frequency, double factor, double original) {
    double low = Math.max(Math.floor(correction(number("beta_fast", 32), original)), 0);
    double high = Math.min(Math.ceil(correction(number("beta_slow", 1), original)), headSize - 1);
    double ramp = Math.clamp((i - low) / (high == low ? 0.001 : high - low), 0, 1);
    return frequency / factor * ramp + frequency * (1 - ramp);
  }

  private double correction(double rotations, double original) {
    return headSize * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private double[][] mlp(double[][] x, String prefix) {
    double[][] gate = linear(x, prefix + "gate_proj", INNER);
    double[][] up = linear(x, prefix + "up_proj", INNER);
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < INNER; i++) {
        gate[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
      }
    }
    return linear(gate, prefix + "down_proj", HIDDEN);
  }

  private double[][] linear(double[][] x, String name, int width) {
    float[] weight = tensor(name + ".weight");
    float[] bias = tensors.getOrDefault(name + ".bias", new float[width]);
    var y = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      int columns = x[t].length;
      for (int row = 0; row < width; row++) {
        y[t][row] = bias[row];
        for (int i = 0; i < columns; i++) {
          y[t][row] += weight[row * columns + i] * x[t][i];
        }
      }
    }
    return y;
  }

  private double[][] norm(double[][] x, String name) {
    float[] weight = tensor(name);
    var y = new double[x.length][HIDDEN];
    for (int t = 0; t < x.length; t++) {
      double square = 0;
      for (double number : x[t]) {
        square += number * number;
      }
      double scale = 1 / Math.sqrt(square / HIDDEN + EPSILON);
      for (int i = 0; i < HIDDEN; i++) {
        y[t][i] = x[t][i] * scale * weight[i];
      }
    }
    return y;
  }

  private static void addTo(double[][] x, double[][] more) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += more[t][i];
      }
    }
  }
}
