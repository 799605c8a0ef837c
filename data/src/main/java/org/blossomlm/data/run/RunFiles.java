package org.blossomlm.data.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.RecipeText;
import org.blossomlm.model.files.AtomicFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What lies in the folder of a run, for those who look at it afterwards.
 *
 * @param plan the recipe with all values, as {@link RecipeText} writes it
 * @param metrics counts and cost of every step; empty while the run is under way
 * @param outputs files that the recipe writes, as far as they are there
 * @param command what was typed; empty if the run was started by a program
 */
public record RunFiles(
    Path folder,
    Map<String, @Nullable Object> plan,
    Map<String, @Nullable Object> metrics,
    List<Output> outputs,
    Optional<RunCommand> command) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String PLAN = "plan.yaml";
  private static final String METRICS = "metrics.json";
  private static final String COMMAND = "made-by.json";

  public RunFiles {
    outputs = List.copyOf(outputs);
  }

  /**
   * What a sink has written.
   *
   * @param sink its name in the recipe
   * @param files in their order; several where it has parts
   * @param lineage where each record comes from, in the same order
   */
  public record Output(String sink, List<Path> files, Optional<Path> lineage) {
    public Output {
      files = List.copyOf(files);
    }
  }

  /** Whether {@code folder} is that of a run. */
  public static boolean isRun(String folder) {
    try {
      return Files.isRegularFile(Path.of(folder).resolve(PLAN));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * Reads the folder of a run.
   *
   * @throws DataException if it is none
   */
  public static RunFiles of(Path folder) {
    try {
      Map<String, @Nullable Object> plan = plan(folder);
      return new RunFiles(
          folder,
          plan,
          json(folder.resolve(METRICS)).orElse(Map.of()),
          outputs(folder, plan),
          json(folder.resolve(COMMAND)).map(RunCommand::fromMap));
    } catch (NoSuchFileException e) {
      throw new DataException(folder + ": not the folder of a run: it has no " + PLAN, e);
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked") // Keys of YAML and JSON maps are texts.
  private static Map<String, @Nullable Object> plan(Path folder) throws IOException {
    Path file = folder.resolve(PLAN);
    try {
      return (Map<String, @Nullable Object>)
          (Map<String, ?>) RecipeText.fromYaml(Files.readString(file));
    } catch (JacksonException e) {
      throw new DataException(file + ": not the plan of a run: " + e.getOriginalMessage(), e);
    }
  }

  @SuppressWarnings("unchecked") // Keys of YAML and JSON maps are texts.
  private static Optional<Map<String, @Nullable Object>> json(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          (Map<String, @Nullable Object>) JSON.readValue(Files.readString(file), Map.class));
    } catch (JacksonException e) {
      throw new DataException(file + ": damaged: " + e.getOriginalMessage(), e);
    }
  }

  private static List<Output> outputs(Path folder, Map<String, @Nullable Object> plan)
      throws IOException {
    List<Output> outputs = new ArrayList<>();
    if (plan.get("sinks") instanceof List<?> sinks) {
      for (Object each : sinks) {
        if (each instanceof Map<?, ?> sink && sink.get("file") instanceof String name) {
          List<Path> files = files(folder.resolve(name), sink.get("shard") != null);
          Path lineage = folder.resolve(RunFolder.lineageName(name));
          if (!files.isEmpty()) {
            outputs.add(
                new Output(
                    name,
                    files,
                    Files.isRegularFile(lineage) ? Optional.of(lineage) : Optional.empty()));
          }
        }
      }
    }
    return outputs;
  }

  private static List<Path> files(Path file, boolean parts) throws IOException {
    if (!parts) {
      return Files.isRegularFile(file) ? List.of(file) : List.of();
    }
    String name = String.valueOf(file.getFileName());
    int dot = name.indexOf('.');
    String start = dot < 0 ? name : name.substring(0, dot);
    String end = dot < 0 ? "" : name.substring(dot);
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(parent)) {
      return list.filter(
              path -> {
                String other = String.valueOf(path.getFileName());
                return other.startsWith(start)
                    && other.endsWith(end)
                    && other
                        .substring(start.length(), other.length() - end.length())
                        .matches("-\\d{5,}-of-\\d{5,}");
              })
          .sorted()
          .toList();
    }
  }

  /**
   * Remembers how a run was started, for the card.
   *
   * @throws DataException if that cannot be written
   */
  public static void remember(Path folder, RunCommand command) {
    byte[] json =
        (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(command.toMap()) + "\n")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try {
      AtomicFile.write(folder.resolve(COMMAND), json, DataException::new);
    } catch (IOException e) {
      throw new DataException(
          folder.resolve(COMMAND) + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
