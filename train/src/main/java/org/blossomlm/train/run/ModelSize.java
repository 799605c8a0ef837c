package org.blossomlm.train.run;

import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.train.config.TrainConfig;
import org.blossomlm.train.config.TrainConfig.LoraVariant;
import org.blossomlm.train.config.TrainConfig.Method;
import org.blossomlm.train.nn.DecoderDefinition;

/**
 * How many numbers a model has, and what a token costs.
 *
 * @param parameters of the model without adapters
 * @param trained that change
 * @param blocks in the matrices of all blocks, without adapters
 * @param adapters in matrices that are added to those
 * @param head in the output matrix, which only learnt tokens go through
 * @param full whether the matrices themselves are trained
 */
public record ModelSize(
    long parameters, long trained, long blocks, long adapters, long head, boolean full) {

  /** Of a model and the way it is trained. */
  static ModelSize of(DecoderDefinition definition, TrainConfig config) {
    boolean full = config.method() == Method.FULL;
    TrainConfig.Lora lora = config.lora();
    long parameters = 0;
    long blocks = 0;
    long adapters = 0;
    long magnitudes = 0;
    long whole = 0;
    long head = 0;
    for (Place place : definition.places()) {
      if (!place.required()) {
        continue;
      }
      long numbers = place.shape().stream().reduce(1L, Math::multiplyExact);
      String name = place.huggingFace();
      parameters += numbers;
      boolean embedding = name.equals(DecoderDefinition.EMBEDDING);
      boolean output = name.equals(DecoderDefinition.HEAD);
      if (output || (embedding && definition.tied())) {
        head = numbers;
      }
      whole += (embedding && lora.trainEmbeddings()) || (output && lora.trainHead()) ? numbers : 0;
      if (place.shape().size() == 2 && !embedding && !output) {
        blocks += numbers;
        if (lora.targets().stream().anyMatch(target -> name.endsWith("." + target + ".weight"))) {
          long rows = place.shape().getFirst();
          adapters += lora.rank() * (rows + place.shape().getLast());
          magnitudes += lora.variant() == LoraVariant.DORA ? rows : 0;
        }
      }
    }
    return full
        ? new ModelSize(parameters, parameters, blocks, 0, head, true)
        : new ModelSize(parameters, adapters + magnitudes + whole, blocks, adapters, head, false);
  }

  /**
   * Floating point operations that a step needs, a multiplication and an addition being two:
   * forward once, backward for inputs and, where they are trained, for weights. What is computed
   * again to save memory, and attention, does not count.
   *
   * @param tokens that go through the blocks
   * @param learnt that go through the head
   */
  public double operations(long tokens, long learnt) {
    return full
        ? 6.0 * blocks * tokens + 6.0 * head * learnt
        : (4.0 * blocks + 6.0 * adapters) * tokens + 4.0 * head * learnt;
  }
}
