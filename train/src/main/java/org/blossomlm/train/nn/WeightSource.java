package org.blossomlm.train.nn;

import java.util.Optional;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.bytedeco.pytorch.Tensor;

/** Where the weights of a decoder come from. Its tensors must not be used after it was closed. */
public interface WeightSource extends AutoCloseable {
  DecoderDefinition definition();

  /**
   * A tensor of plain numbers in Hugging Face's order, not to be written to. Empty where the model
   * has none of this name, which only a place that is not required may be.
   */
  Optional<Tensor> tensor(Place place);

  @Override
  void close();
}
