package org.blossomlm.train.optimizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.Scope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.SingletonTypePtr;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW over float32 parameters, in libtorch's fused kernel: one pass over memory where separate
 * operations take a dozen. The kernel is not among the presets' functions and is called through the
 * dispatcher.
 */
public final class AdamW implements AutoCloseable {
  private static final String MEAN = "mean.";
  private static final String SQUARE = "square.";

  private final Map<String, Tensor> parameters;
  private final AdamWOptions options;
  private final Map<String, Tensor> means = new LinkedHashMap<>();
  private final Map<String, Tensor> squares = new LinkedHashMap<>();
  private long steps;

  /**
   * @param parameters leaves with gradients, by name
   */
  public AdamW(Map<String, Tensor> parameters, AdamWOptions options) {
    this.parameters = parameters;
    this.options = options;
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      parameters.forEach((name, parameter) -> {
        means.put(name, Scope.keep(torch.zeros_like(parameter)));
        squares.put(name, Scope.keep(torch.zeros_like(parameter)));
      });
    }
  }

  /** Updates all parameters that have gradients. */
  public void step(double learningRate) {
    steps++;
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      step(learningRate, options.weightDecay(), 2);
      step(learningRate, 0, 1);
    }
  }

  /** Updates the parameters of two or more dimensions, or those of fewer. */
  private void step(double learningRate, double weightDecay, int dimensions) {
    List<Tensor> group = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> groupMeans = new ArrayList<>();
    List<Tensor> groupSquares = new ArrayList<>();
    parameters.forEach((name, parameter) -> {
      boolean matrix = parameter.dim() >= 2;
      if (matrix == (dimensions >= 2) && parameter.grad().defined()) {
        group.add(parameter);
        gradients.add(parameter.grad());
        groupMeans.add(require(means, name));
        groupSquares.add(require(squares, name));
      }
    });
    if (!group.isEmpty()) {
      fused(group, gradients, groupMeans, groupSquares, learningRate, weightDecay);
    }
  }

  private static Tensor require(Map<String, Tensor> state, String name) {
    Tensor tensor = state.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no state for parameter " + name);
    }
    return tensor;
  }

  private void fused(
      List<Tensor> group,
      List<Tensor> gradients,
      List<Tensor> groupMeans,
      List<Tensor> groupSquares,
      double learningRate,
      double weightDecay) {
    OperatorHandle kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    Tensor step = torch.full(new long[] {}, new Scalar((double) steps));
    var stack = new IValueVector();
    stack.push_back(list(group));
    stack.push_back(list(gradients));
    stack.push_back(list(groupMeans));
    stack.push_back(list(groupSquares));
    stack.push_back(list(List.of()));
    stack.push_back(list(group.stream().map(_ -> step).toList()));
    stack.push_back(new IValue(learningRate));
    stack.push_back(new IValue(options.beta1()));
    stack.push_back(new IValue(options.beta2()));
    stack.push_back(new IValue(weightDecay));
    stack.push_back(new IValue(options.epsilon()));
    stack.push_back(new IValue(false)); // amsgrad
    stack.push_back(new IValue(false)); // maximize
    stack.push_back(new IValue()); // grad_scale
    stack.push_back(new IValue()); // found_inf
    kernel.callBoxed(stack);
  }

  private static IValue list(Collection<Tensor> tensors) {
    var list = new GenericList(new Type.TypePtr(new SingletonTypePtr(TensorType.get())));
    tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
    return new IValue(list);
  }

  /** Steps made. */
  public long steps() {
    return steps;
  }

  /** All running means, by names of their own; to be written while no step is made. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    means.forEach((name, tensor) -> state.put(MEAN + name, tensor));
    squares.forEach((name, tensor) -> state.put(SQUARE + name, tensor));
    return state;
  }

  /**
   * Goes on from a state.
   *
   * @param saved as {@link #state} gave it
   */
  public void restore(Map<String, Tensor> saved, long stepsMade) {
    try (var _ = new NoGradGuard();
        var _ = new Scope()) {
      state()
          .forEach((name, tensor) -> {
            Tensor value = saved.get(name);
            if (value == null || !value.is_same_size(tensor)) {
              throw new TrainException(
                  "the optimizer's state has no %s for this model; it is of another run"
                      .formatted(name));
            }
            tensor.copy_(value);
          });
    }
    steps = stepsMade;
  }

  @Override
  public void close() {
    means.values().forEach(Scope::release);
    squares.values().forEach(Scope::release);
    means.clear();
    squares.clear();
  }
}
