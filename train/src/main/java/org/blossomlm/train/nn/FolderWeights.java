package org.blossomlm.train.nn;

import java.nio.file.Path;
import java.util.Optional;
import org.blossomlm.model.convert.DecoderLayout;
import org.blossomlm.model.convert.DecoderLayout.Place;
import org.blossomlm.model.safetensors.SafetensorsModel;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.Tensor;

/** The weights of a Hugging Face folder, mapped. */
final class FolderWeights implements WeightSource {
  private final Path folder;
  private final DecoderDefinition definition;
  private final SafetensorsModel model;

  FolderWeights(Path folder) {
    this.folder = folder;
    this.definition = DecoderDefinition.of(DecoderLayout.ofFolder(folder));
    this.model = SafetensorsModel.open(folder);
  }

  @Override
  public DecoderDefinition definition() {
    return definition;
  }

  @Override
  public Optional<Tensor> tensor(Place place) {
    SafetensorsTensor found = model.tensors().get(place.huggingFace());
    if (found == null) {
      return Optional.empty();
    }
    if (!found.shape().equals(place.shape())) {
      throw new TrainException(
          "%s: tensor %s has the shape %s; config.json asks for %s"
              .formatted(folder, place.huggingFace(), found.shape(), place.shape()));
    }
    return Optional.of(
        TensorData.view(
            found.data(),
            TensorData.scalarType(found.type()),
            found.shape().stream().mapToLong(Long::longValue).toArray()));
  }

  @Override
  public void close() {
    model.close();
  }
}
