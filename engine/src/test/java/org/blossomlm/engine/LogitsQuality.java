package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How near logits are to those that an independent program computed in float64 from the dequantised
 * weights ({@code fixtures/tiny-models}).
 */
final class LogitsQuality {
  private LogitsQuality() {}

  /** The tokens whose logits are known. */
  static int[] tokens() {
    return golden().get("tokens").valueStream().mapToInt(JsonNode::asInt).toArray();
  }

  private static JsonNode golden() {
    return JsonMapper.shared().readTree(Fixtures.path("tiny-models/golden.json"));
  }

  /** Float arithmetic: within a thousandth of the largest logit. */
  static void checkExact(Path model, float[][] actual) throws IOException {
    float[][] expected = reference(model, actual[0].length);
    float largest = 0;
    float worst = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        largest = Math.max(largest, Math.abs(expected[t][i]));
        // Not Math.max: a NaN must show.
        float error = Math.abs(actual[t][i] - expected[t][i]);
        worst = error <= worst ? worst : error;
      }
    }
    assertThat(worst / largest).as("largest error relative to the largest logit").isLessThan(1e-3f);
  }

  /**
   * 8-bit activations: the mean divergence as a multiple of llama.cpp's own. In some of the models
   * one token of 48 makes up nearly all of it, so that single files scatter around 1 by a factor of
   * two and more; the mean over the files is what says whether the arithmetic is as good.
   */
  static double divergenceRatio(Path model, float[][] actual) throws IOException {
    float[][] expected = reference(model, actual[0].length);
    double sum = 0;
    for (int t = 0; t < expected.length; t++) {
      sum += divergence(expected[t], actual[t]);
    }
    return sum / expected.length / peerDivergence(model);
  }

  private static double peerDivergence(Path model) {
    String[] name = model.getFileName().toString().replace(".gguf", "").split("-", 2);
    return golden()
        .get("report")
        .valueStream()
        .filter(row ->
            row.get("model").asString().equals(name[0])
                && row.get("type").asString().equals(name[1]))
        .findFirst()
        .orElseThrow()
        .get("peer_kl")
        .asDouble();
  }

  /** KL(softmax(p) || softmax(q)). */
  private static double divergence(float[] p, float[] q) {
    double p0 = logSum(p);
    double q0 = logSum(q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += Math.exp(p[i] - p0) * (p[i] - p0 - (q[i] - q0));
    }
    return sum;
  }

  private static double logSum(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float v : logits) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (float v : logits) {
      sum += Math.exp(v - max);
    }
    return max + Math.log(sum);
  }

  private static float[][] reference(Path model, int vocabulary) throws IOException {
    String name = model.getFileName().toString().replace(".gguf", ".logits.f32");
    byte[] bytes = Files.readAllBytes(Fixtures.path("tiny-models").resolve(name));
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[][] result = new float[floats.remaining() / vocabulary][vocabulary];
    for (float[] row : result) {
      floats.get(row);
    }
    return result;
  }
}
