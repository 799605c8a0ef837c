package org.blossomlm.cli.chat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;

/** The parameters that a user has set; all others are the model's defaults. */
public final class Parameters {
  private final Map<Parameter, Object> values = new EnumMap<>(Parameter.class);
  private final List<String> stop = new ArrayList<>();

  /**
   * Sets a parameter from text; {@link Parameter#STOP} accumulates.
   *
   * @throws IllegalArgumentException if the value is not among {@link Parameter#allowed()}
   */
  public void set(Parameter parameter, String text) {
    Object value =
        parameter
            .parse(text)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    parameter.key() + ": " + text + " (" + parameter.allowed() + ")"));
    if (parameter == Parameter.STOP) {
      stop.add((String) value);
    } else {
      values.put(parameter, value);
    }
  }

  /** Replaces the stop strings. */
  public void stop(List<String> strings) {
    stop.clear();
    stop.addAll(strings);
  }

  /** Makes these parameters those of {@code other}. */
  void replaceBy(Parameters other) {
    values.clear();
    values.putAll(other.values);
    stop(List.copyOf(other.stop));
  }

  Parameters copy() {
    var copy = new Parameters();
    copy.replaceBy(this);
    return copy;
  }

  /** What was set, in the order of {@link Parameter}: Double, Long, String, or a list of these. */
  public Map<Parameter, Object> asMap() {
    Map<Parameter, Object> all = new EnumMap<>(values);
    if (!stop.isEmpty()) {
      all.put(Parameter.STOP, List.copyOf(stop));
    }
    return all;
  }

  /** How answers are generated. */
  public GenerationOptions generation(SamplingOptions defaults) {
    SamplingOptions sampling =
        new SamplingOptions(
            real(Parameter.TEMPERATURE, defaults.temperature()),
            whole(Parameter.TOP_K, defaults.topK()),
            real(Parameter.TOP_P, defaults.topP()),
            real(Parameter.MIN_P, defaults.minP()),
            real(Parameter.TYPICAL_P, defaults.typicalP()),
            real(Parameter.REPEAT_PENALTY, defaults.repeatPenalty()),
            whole(Parameter.REPEAT_LAST_N, defaults.repeatLastN()),
            real(Parameter.PRESENCE_PENALTY, defaults.presencePenalty()),
            real(Parameter.FREQUENCY_PENALTY, defaults.frequencyPenalty()),
            defaults.logitBias(),
            seed().isPresent() ? seed() : defaults.seed());
    GenerationOptions standard = GenerationOptions.DEFAULT;
    return new GenerationOptions(
        sampling,
        whole(Parameter.NUM_PREDICT, standard.maxTokens()),
        List.copyOf(stop),
        standard.topLogprobs(),
        "shift".equals(values.get(Parameter.CONTEXT_FULL)) ? WhenFull.SHIFT : WhenFull.STOP,
        whole(Parameter.NUM_KEEP, standard.keepTokens()),
        whole(Parameter.DRAFT_NUM_PREDICT, standard.draftTokens()));
  }

  /** How the model is loaded; what no parameter says is as in {@code options}. */
  public LoadOptions loading(LoadOptions options) {
    return options
        .withContextLength(whole(Parameter.NUM_CTX, options.contextLength()))
        .withThreads(whole(Parameter.NUM_THREAD, options.threads()));
  }

  /** A negative seed asks for a fresh one, as in Ollama. */
  private OptionalLong seed() {
    return values.get(Parameter.SEED) instanceof Long seed && seed >= 0
        ? OptionalLong.of(seed)
        : OptionalLong.empty();
  }

  private float real(Parameter parameter, float otherwise) {
    return values.get(parameter) instanceof Double value ? value.floatValue() : otherwise;
  }

  private int whole(Parameter parameter, int otherwise) {
    return values.get(parameter) instanceof Long value ? Math.toIntExact(value) : otherwise;
  }
}
