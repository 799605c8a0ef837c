package org.blossomlm.model.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The weights of a folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} lists. Index and shards must agree about every tensor.
 */
public final class SafetensorsModel implements AutoCloseable {
  /** The one file of a model without shards. */
  public static final String FILE = "model.safetensors";

  /** The file that says which shard has which tensor. */
  public static final String INDEX = "model.safetensors.index.json";

  private static final long LARGEST_INDEX = 256L << 20;

  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsTensor> tensors = new LinkedHashMap<>();

  private SafetensorsModel(Path folder, List<SafetensorsFile> files) {
    this.folder = folder;
    this.files = files;
  }

  /**
   * Opens the weights of {@code folder}.
   *
   * @throws SafetensorsException if there are none, a shard is missing or damaged, or index and
   *     shards disagree
   */
  public static SafetensorsModel open(Path folder) {
    return open(folder, SafetensorsLimits.DEFAULT);
  }

  /** As {@link #open(Path)}, with other limits. */
  public static SafetensorsModel open(Path folder, SafetensorsLimits limits) {
    List<SafetensorsFile> files = new ArrayList<>();
    var model = new SafetensorsModel(folder, files);
    try {
      if (Files.exists(folder.resolve(FILE))) {
        model.add(SafetensorsFile.open(folder.resolve(FILE), limits), limits);
      } else if (Files.exists(folder.resolve(INDEX))) {
        model.addShards(limits);
      } else {
        throw new SafetensorsException(folder + ": " + whatElse(folder));
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private void add(SafetensorsFile file, SafetensorsLimits limits) {
    files.add(file);
    for (SafetensorsTensor tensor : file.tensors().values()) {
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw new SafetensorsException(
            file.path()
                + ": tensor "
                + SafetensorsException.quote(tensor.name())
                + " is in another shard as well");
      }
    }
    if (tensors.size() > limits.maxTensors()) {
      throw new SafetensorsException(
          file.path()
              + ": with this shard the model has "
              + tensors.size()
              + " tensors; at most "
              + limits.maxTensors()
              + " are allowed (maxTensors)");
    }
  }

  private void addShards(SafetensorsLimits limits) {
    Path index = folder.resolve(INDEX);
    Map<String, String> shardOf = weightMap(index);
    Set<String> shards = new TreeSet<>(shardOf.values());
    if (shards.size() > limits.maxShards()) {
      throw new SafetensorsException(
          "%s: it lists %d shards; at most %d are allowed (maxShards)"
              .formatted(index, shards.size(), limits.maxShards()));
    }
    List<String> missing =
        shards.stream().filter(shard -> !Files.exists(folder.resolve(shard))).toList();
    if (!missing.isEmpty()) {
      throw new SafetensorsException(
          "%s: it lists %d shards, of which %d are not there: %s; download them into the folder"
              .formatted(index, shards.size(), missing.size(), some(missing)));
    }
    for (String shard : shards) {
      SafetensorsFile file = SafetensorsFile.open(folder.resolve(shard), limits);
      add(file, limits);
      for (String name : file.tensors().keySet()) {
        String expected = shardOf.get(name);
        if (!shard.equals(expected)) {
          throw new SafetensorsException(
              "%s: tensor %s is in this shard, but the index %s; index and shards do not belong"
                      .formatted(
                          file.path(),
                          SafetensorsException.quote(name),
                          expected == null ? "does not list it" : "says " + expected)
                  + " together");
        }
      }
    }
    List<String> absent =
        shardOf.keySet().stream().filter(name -> !tensors.containsKey(name)).toList();
    if (!absent.isEmpty()) {
      throw new SafetensorsException(
          "%s: %d tensors that it lists are in no shard: %s"
              .formatted(index, absent.size(), some(absent)));
    }
  }

  private static Map<String, String> weightMap(Path index) {
    try {
      if (Files.size(index) > LARGEST_INDEX) {
        throw new SafetensorsException(
            index + ": has " + Files.size(index) + " bytes; at most " + LARGEST_INDEX);
      }
      // Made here, because most models have no index and its start takes long.
      JsonMapper mapper =
          JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
      JsonNode map = mapper.readTree(Files.readAllBytes(index)).path("weight_map");
      if (!map.isObject() || map.isEmpty()) {
        throw new SafetensorsException(index + ": weight_map must be an object with tensors");
      }
      Map<String, String> shards = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        shards.put(entry.getKey(), shardName(index, entry.getKey(), entry.getValue()));
      }
      return shards;
    } catch (IOException e) {
      throw new SafetensorsException(index + ": cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new SafetensorsException(index + ": is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A plain file name: an index must not lead out of its folder. */
  private static String shardName(Path index, String tensor, JsonNode value) {
    String name = value.isString() ? value.stringValue() : "";
    if (!name.matches("[A-Za-z0-9_.-]{1,255}") || !name.endsWith(".safetensors")) {
      throw new SafetensorsException(
          "%s: weight_map has %s for tensor %s; it must be the name of a .safetensors file"
              .formatted(
                  index,
                  SafetensorsException.quote(value.toString()),
                  SafetensorsException.quote(tensor)));
    }
    return name;
  }

  /** Why a folder without safetensors is none, by what lies in it. */
  private static String whatElse(Path folder) {
    if (!Files.isDirectory(folder)) {
      return "there is no such folder";
    }
    try (Stream<Path> listed = Files.list(folder)) {
      List<String> names = listed.map(file -> file.getFileName().toString()).sorted().toList();
      List<String> shards = names.stream().filter(name -> name.endsWith(".safetensors")).toList();
      if (!shards.isEmpty()) {
        return "has "
            + some(shards)
            + " but neither "
            + FILE
            + " nor "
            + INDEX
            + "; download the index into the folder too";
      }
      List<String> pickles =
          names.stream()
              .filter(name -> name.matches(".+\\.(bin|pt|pth|ckpt)(\\.index\\.json)?"))
              .toList();
      if (!pickles.isEmpty()) {
        return "has " + some(pickles) + " but no safetensors. " + ForeignWeights.PICKLE;
      }
      return "has neither " + FILE + " nor " + INDEX;
    } catch (IOException e) {
      return "cannot be read: " + e.getMessage();
    }
  }

  private static String some(List<String> names) {
    int shown = 3;
    String first = String.join(", ", names.subList(0, Math.min(shown, names.size())));
    return names.size() <= shown ? first : first + " and " + (names.size() - shown) + " more";
  }

  /** Of all files, by name. */
  public Map<String, SafetensorsTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * The tensor of this name.
   *
   * @throws SafetensorsException if there is none
   */
  public SafetensorsTensor requireTensor(String name) {
    SafetensorsTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new SafetensorsException(
          folder + ": there is no tensor " + SafetensorsException.quote(name));
    }
    return tensor;
  }

  /** The files that hold the tensors. */
  public List<Path> files() {
    return files.stream().map(SafetensorsFile::path).toList();
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
