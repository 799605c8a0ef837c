package org.blossomlm.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.files.AtomicFolder;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.model.safetensors.SafetensorsException;
import org.blossomlm.model.safetensors.SafetensorsFile;
import org.blossomlm.model.safetensors.SafetensorsLimits;
import org.blossomlm.model.safetensors.SafetensorsTensor;
import org.blossomlm.model.safetensors.SafetensorsWriter;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.torch.Scope;
import org.blossomlm.train.torch.TensorData;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One folder from which a run goes on: {@code state.json} and a safetensors file for each group of
 * tensors. It appears under its name when it is complete.
 */
public final class Checkpoint {
  private static final String STATE = "state.json";
  private static final String SUFFIX = ".safetensors";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final long step;

  Checkpoint(Path folder, long step) {
    this.folder = folder;
    this.step = step;
  }

  public Path folder() {
    return folder;
  }

  public long step() {
    return step;
  }

  /**
   * Writes a new one.
   *
   * @param groups tensors by the name of their file without its ending
   */
  static Checkpoint write(
      Path folder, long step, Map<String, Object> state, Map<String, Map<String, Tensor>> groups) {
    try (AtomicFolder written = AtomicFolder.create(folder)) {
      groups.forEach((name, tensors) -> {
        var writer = new SafetensorsWriter(Map.of());
        tensors.forEach((tensorName, tensor) ->
            writer.add(
                tensorName,
                TensorData.safetensorsType(tensor),
                shape(tensor),
                out -> TensorData.writeTo(tensor, out)));
        writer.write(written.path().resolve(name + SUFFIX));
      });
      AtomicFile.write(
          written.path().resolve(STATE),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(state),
          TrainException::new);
      written.commit();
      return new Checkpoint(folder, step);
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be written: " + e.getMessage(), e);
    } catch (SafetensorsException e) {
      throw new TrainException(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<Long> shape(Tensor tensor) {
    return LongStream.range(0, tensor.dim()).map(tensor::size).boxed().toList();
  }

  /** What {@code state.json} says. */
  public JsonNode state() {
    try {
      return JsonTree.read(Files.readAllBytes(folder.resolve(STATE)));
    } catch (IOException | JacksonException e) {
      throw new TrainException(
          folder.resolve(STATE) + ": cannot be read: " + e.getMessage() + "; remove the folder", e);
    }
  }

  /** Whether there is such a group. */
  public boolean has(String group) {
    return Files.exists(folder.resolve(group + SUFFIX));
  }

  /** Gives the tensors of a group, mapped, to somebody who copies them. */
  public void read(String group, Consumer<Map<String, Tensor>> reader) {
    Path path = folder.resolve(group + SUFFIX);
    try (SafetensorsFile file = SafetensorsFile.open(path, SafetensorsLimits.DEFAULT);
        var _ = new Scope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (SafetensorsTensor tensor : file.tensors().values()) {
        tensors.put(
            tensor.name(),
            TensorData.view(
                tensor.data(),
                TensorData.scalarType(tensor.type()),
                tensor.shape().stream().mapToLong(Long::longValue).toArray()));
      }
      reader.accept(tensors);
    } catch (SafetensorsException e) {
      throw new TrainException(e.getMessage() + "; remove the folder to go on from another", e);
    }
  }
}
