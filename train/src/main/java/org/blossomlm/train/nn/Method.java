package org.blossomlm.train.nn;

import java.util.Set;
import java.util.TreeSet;
import org.blossomlm.train.TrainException;

/** What of a model is trained. */
public sealed interface Method {
  /** Every weight. */
  record Full() implements Method {}

  /**
   * Adapters on a frozen base.
   *
   * @param quantized whether the base's linears are held in 4 bits (QLoRA)
   * @param alsoTrained {@code embed_tokens} and {@code lm_head}, which are trained whole
   */
  record Adapters(LoraOptions lora, boolean quantized, Set<String> alsoTrained) implements Method {
    private static final Set<String> WHOLE = Set.of("embed_tokens", "lm_head");

    public Adapters {
      alsoTrained = Set.copyOf(alsoTrained);
      for (String name : new TreeSet<>(alsoTrained)) {
        if (!WHOLE.contains(name)) {
          throw new TrainException(
              "'%s' cannot be trained whole beside adapters; allowed are %s"
                  .formatted(name, new TreeSet<>(WHOLE)));
        }
      }
    }

    /** Adapters alone. */
    public static Adapters of(LoraOptions lora) {
      return new Adapters(lora, false, Set.of());
    }
  }
}
