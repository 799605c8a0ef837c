package org.blossomlm.train.optimizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** An exponential moving average of weights (Polyak averaging). */
public final class WeightAverage implements AutoCloseable {
  private final Map<String, Tensor> parameters;
  private final double decay;
  private final Map<String, Tensor> averages = new LinkedHashMap<>();

  /**
   * @param decay of the past with each step, e.g. 0.999
   */
  public WeightAverage(Map<String, Tensor> parameters, double decay) {
    if (!(decay > 0 && decay < 1)) {
      throw new TrainException(
          "weights are averaged with a decay of %s; allowed is (0, 1)".formatted(decay));
    }
    this.parameters = parameters;
    this.decay = decay;
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      parameters.forEach(
          (name, parameter) -> averages.put(name, Scope.keep(parameter.detach().clone())));
    }
  }

  /** Takes in the weights after a step. */
  public void update() {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      var share = new Scalar(1 - decay);
      averages.forEach((name, average) -> average.lerp_(parameter(name), share));
    }
  }

  private Tensor parameter(String name) {
    Tensor parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalStateException("no parameter " + name);
    }
    return parameter;
  }

  /** Exchanges weights and averages; once more brings them back. */
  public void swap() {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      averages.forEach((name, average) -> {
        Tensor weights = parameter(name).detach().clone();
        parameter(name).copy_(average);
        average.copy_(weights);
      });
    }
  }

  /** The averages by the names of their parameters. */
  public Map<String, Tensor> state() {
    return Collections.unmodifiableMap(averages);
  }

  /** Goes on from averages that {@link #state} gave. */
  public void restore(Map<String, Tensor> saved) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      averages.forEach((name, average) -> {
        Tensor value = saved.get(name);
        if (value == null || !value.is_same_size(average)) {
          throw new TrainException(
              "the averages have no %s for this model; they are of another run".formatted(name));
        }
        average.copy_(value);
      });
    }
  }

  @Override
  public void close() {
    averages.values().forEach(Scope::release);
    averages.clear();
  }
}
