package org.blossomlm.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.blossomlm.train.torch.Torch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // What is missing fails the test either way.
class AdamWTest {
  private static final int SIZE = 37;

  @BeforeAll
  static void start() {
    Torch.start(0);
  }

  /** The paper's algorithm 2 with decoupled decay, in double. */
  private static final class Reference {
    private final double[] weights;
    private final double[] mean;
    private final double[] square;
    private final AdamWOptions options;
    private final double decay;
    private int step;

    Reference(float[] start, AdamWOptions options, double decay) {
      this.weights = new double[start.length];
      for (int i = 0; i < start.length; i++) {
        weights[i] = start[i];
      }
      this.mean = new double[start.length];
      this.square = new double[start.length];
      this.options = options;
      this.decay = decay;
    }

    void step(float[] gradient, double rate) {
      step++;
      for (int i = 0; i < weights.length; i++) {
        weights[i] -= rate * decay * weights[i];
        mean[i] = options.beta1() * mean[i] + (1 - options.beta1()) * gradient[i];
        square[i] = options.beta2() * square[i] + (1 - options.beta2()) * gradient[i] * gradient[i];
        double m = mean[i] / (1 - Math.pow(options.beta1(), step));
        double v = square[i] / (1 - Math.pow(options.beta2(), step));
        weights[i] -= rate * m / (Math.sqrt(v) + options.epsilon());
      }
    }
  }

  private static float[] random(Random random) {
    var values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Tensor leaf(float[] values, long... shape) {
    Tensor leaf = TensorData.floats(values, shape);
    leaf.set_requires_grad(true);
    return leaf;
  }

  private static void setGradient(Tensor leaf, float[] gradient) {
    if (leaf.grad().defined()) {
      leaf.mutable_grad().zero_();
    }
    leaf.mul(TensorData.floats(gradient, gradient.length).view_as(leaf)).sum().backward();
  }

  @Test
  void steps_are_those_of_the_paper_and_only_matrices_decay() {
    var random = new Random(3);
    var options = new AdamWOptions(0.9, 0.95, 1e-8, 0.1);
    float[] start = random(random);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("matrix", leaf(start, SIZE, 1));
    parameters.put("vector", leaf(start, SIZE));
    var matrix = new Reference(start, options, 0.1);
    var vector = new Reference(start, options, 0);
    try (var optimizer = new AdamW(parameters, options);
        var _ = new Scope()) {
      for (int step = 1; step <= 20; step++) {
        float[] gradient = random(random);
        parameters.values().forEach(p -> setGradient(p, gradient));
        double rate = 1e-2 / step;
        optimizer.step(rate);
        matrix.step(gradient, rate);
        vector.step(gradient, rate);
      }
      assertClose(parameters.get("matrix"), matrix.weights);
      assertClose(parameters.get("vector"), vector.weights);
      assertThat(optimizer.steps()).isEqualTo(20);
    }
  }

  private static void assertClose(Tensor found, double[] expected) {
    float[] values = TensorData.floats(found);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i]).isCloseTo(expected[i], within(2e-6));
    }
  }

  @Test
  void a_restored_optimizer_goes_on_to_the_same_bits() {
    var random = new Random(4);
    float[] start = random(random);
    float[] first = random(random);
    float[] second = random(random);
    try (var _ = new Scope()) {
      Map<String, Tensor> a = Map.of("w", leaf(start, SIZE, 1));
      Map<String, Tensor> b = Map.of("w", leaf(start, SIZE, 1));
      try (var one = new AdamW(a, AdamWOptions.DEFAULT);
          var other = new AdamW(b, AdamWOptions.DEFAULT)) {
        setGradient(a.get("w"), first);
        one.step(0.1);
        b.get("w").detach().copy_(a.get("w").detach());
        other.restore(one.state(), one.steps());
        setGradient(a.get("w"), second);
        setGradient(b.get("w"), second);
        one.step(0.1);
        other.step(0.1);
        assertThat(TensorData.floats(b.get("w"))).isEqualTo(TensorData.floats(a.get("w")));
        assertThatThrownBy(() -> other.restore(Map.of(), 1))
            .isInstanceOf(TrainException.class)
            .hasMessageContaining("no mean.w");
      }
    }
  }

  @Test
  void long_gradients_are_clipped_to_the_length_asked_for() {
    try (var _ = new Scope()) {
      Map<String, Tensor> parameters =
          Map.of("a", leaf(new float[2], 2), "b", leaf(new float[1], 1));
      setGradient(parameters.get("a"), new float[] {3, 0});
      setGradient(parameters.get("b"), new float[] {4});
      assertThat(GradientNorm.clip(parameters.values(), 10)).isEqualTo(5);
      assertThat(GradientNorm.clip(parameters.values(), 1)).isEqualTo(5);
      assertThat(GradientNorm.of(parameters.values())).isCloseTo(1, within(1e-6));
      assertThat(TensorData.floats(parameters.get("a").grad())[0]).isCloseTo(0.6f, within(1e-6f));
      setGradient(parameters.get("b"), new float[] {Float.NaN});
      assertThat(GradientNorm.clip(parameters.values(), 1)).isNaN();
    }
  }

  @Test
  void averages_follow_the_weights_and_can_take_their_place() {
    try (var _ = new Scope()) {
      Map<String, Tensor> parameters = Map.of("w", leaf(new float[] {1, 2}, 2));
      try (var average = new WeightAverage(parameters, 0.75)) {
        parameters.get("w").detach().copy_(torch.zeros(2));
        average.update();
        average.swap();
        assertThat(TensorData.floats(parameters.get("w"))).containsExactly(0.75f, 1.5f);
        average.swap();
        assertThat(TensorData.floats(parameters.get("w"))).containsExactly(0, 0);
        average.update();
        assertThat(TensorData.floats(average.state().get("w"))).containsExactly(0.5625f, 1.125f);
      }
      assertThatThrownBy(() -> new WeightAverage(parameters, 1)).hasMessageContaining("(0, 1)");
    }
  }
}
