package org.blossomlm.train.nn;

import java.util.List;
import org.blossomlm.engine.Architecture;
import org.blossomlm.model.convert.DecoderLayout;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.train.TrainException;

/**
 * What is trained: the engine's record of the arithmetic, and the tensors by their names. Queries
 * and keys always lie in Hugging Face's order here, whose rotary pairs are half a head apart,
 * whatever {@link Architecture#rope} says about files.
 *
 * @param tied whether the output matrix is the embedding
 */
public record DecoderDefinition(
    Architecture architecture, int vocabulary, boolean tied, List<Place> places) {
  public static final String EMBEDDING = "model.embed_tokens.weight";
  public static final String HEAD = "lm_head.weight";
  public static final String FINAL_NORM = "model.norm.weight";

  public DecoderDefinition {
    places = List.copyOf(places);
    if (architecture.rope().rotated() != architecture.headSize()) {
      throw new TrainException(
          "heads of %d elements rotate %d of them; only models that rotate whole heads are trained"
              .formatted(architecture.headSize(), architecture.rope().rotated()));
    }
  }

  /**
   * Of a folder's or file's layout.
   *
   * @throws org.blossomlm.model.ModelException if a hyper-parameter cannot be
   */
  public static DecoderDefinition of(DecoderLayout layout) {
    Architecture plain = Architecture.of(layout.hyperParameters());
    return new DecoderDefinition(
        layout.ropeDivisors().map(plain::withRopeFactors).orElse(plain),
        layout.vocabulary(),
        layout.tied(),
        layout.places());
  }

  /** The beginning of the names of a block's tensors. */
  static String block(int layer) {
    return "model.layers." + layer + ".";
  }
}
