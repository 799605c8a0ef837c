package org.blossomlm.train.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.train.TrainException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a run that tell about it, beside its checkpoints and results. All of them may be
 * absent: a run writes them one after the other.
 */
public final class RunFiles {
  /** The configuration with every default in its place. */
  public static final String CONFIGURATION = "config.yaml";

  /** A line for each step and evaluation. */
  public static final String METRICS = "metrics.jsonl";

  /** A list of {@link DataSummary}. */
  public static final String DATA = "data.json";

  /** A {@link SampleAnswer} a line. */
  public static final String SAMPLES = "samples.jsonl";

  /** A {@link Machine}. */
  public static final String MACHINE = "machine.json";

  /** {@link RunFacts}. */
  public static final String FACTS = "summary.json";

  /** Folder of checkpoints. */
  public static final String CHECKPOINTS = "checkpoints";

  private static final int MAX_FILE_BYTES = 1 << 26;
  private static final Pattern CHECKPOINT = Pattern.compile("step-(\\d{8,18})");

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final Path folder;

  public RunFiles(Path folder) {
    this.folder = folder;
  }

  public Path path() {
    return folder;
  }

  /**
   * Reads what is there.
   *
   * @throws TrainException if the folder does not exist, or a file of it is not as it should be
   */
  public ReportedRun read() {
    if (!Files.isDirectory(folder)) {
      throw new TrainException(folder + ": is no folder of a training run");
    }
    Optional<RunFacts> facts = json(FACTS, new TypeReference<RunFacts>() {});
    List<Path> stages = stages();
    Metrics metrics = Metrics.NONE;
    List<SavedCheckpoint> checkpoints = new ArrayList<>();
    for (Path stage : stages) {
      String prefix = stage.equals(folder) ? "" : stage.getFileName() + "/";
      checkpoints.addAll(checkpoints(stage.resolve(CHECKPOINTS), prefix, metrics.steps()));
      Path file = stage.resolve(METRICS);
      metrics = Files.exists(file) ? metrics.followedBy(Metrics.read(file)) : metrics;
    }
    return new ReportedRun(
        facts.map(RunFacts::name).orElseGet(this::name),
        bytes(CONFIGURATION).map(text -> new String(text, StandardCharsets.UTF_8)).orElse(""),
        metrics,
        json(DATA, new TypeReference<List<DataSummary>>() {}).orElse(List.of()),
        samples(),
        checkpoints,
        json(MACHINE, new TypeReference<Machine>() {}),
        facts);
  }

  private String name() {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** The configuration as YAML. */
  public void writeConfiguration(String yaml) {
    write(CONFIGURATION, yaml.getBytes(StandardCharsets.UTF_8));
  }

  /** Replaces what was known about the data. */
  public void writeData(List<DataSummary> data) {
    write(DATA, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(data));
  }

  public void writeMachine(Machine machine) {
    write(MACHINE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(machine));
  }

  public void writeFacts(RunFacts facts) {
    write(FACTS, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(facts));
  }

  /** What was known about the run when it was last started. */
  public Optional<RunFacts> facts() {
    return json(FACTS, new TypeReference<RunFacts>() {});
  }

  /** Adds a line. */
  public void addSample(SampleAnswer sample) {
    Path file = folder.resolve(SAMPLES);
    try {
      Files.writeString(
          file,
          JSON.writeValueAsString(sample) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Leaves out what was answered after a step: a run goes on from there and answers again.
   *
   * @param last step that may be answered again; what later stages answered stays
   */
  public void cutSamples(long step, long last) {
    List<SampleAnswer> kept =
        samples().stream().filter(each -> each.step() <= step || each.step() > last).toList();
    StringBuilder lines = new StringBuilder();
    kept.forEach(sample -> lines.append(JSON.writeValueAsString(sample)).append('\n'));
    if (Files.exists(folder.resolve(SAMPLES))) {
      write(SAMPLES, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void write(String name, byte[] bytes) {
    Path file = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      AtomicFile.write(file, bytes, TrainException::new);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private Optional<byte[]> bytes(String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new TrainException(
            "%s: has %d bytes; a file about a run has at most %d"
                .formatted(file, Files.size(file), MAX_FILE_BYTES));
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private <T> Optional<T> json(String name, TypeReference<T> type) {
    return bytes(name)
        .map(bytes -> {
          try {
            return JSON.readValue(bytes, type);
          } catch (JacksonException e) {
            throw new TrainException(
                folder.resolve(name) + ": is not as a run writes it: " + e.getOriginalMessage(), e);
          }
        });
  }

  private List<SampleAnswer> samples() {
    String text = bytes(SAMPLES).map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    List<String> lines = text.lines().toList();
    List<SampleAnswer> samples = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      try {
        samples.add(JSON.readValue(lines.get(i), SampleAnswer.class));
      } catch (JacksonException e) {
        if (i < lines.size() - 1) { // The last may be cut off.
          throw new TrainException(
              "%s:%d: is no answer: %s"
                  .formatted(folder.resolve(SAMPLES), i + 1, e.getOriginalMessage()),
              e);
        }
      }
    }
    return samples;
  }

  /** The folder itself, or those in it in which the stages of a run have their metrics. */
  private List<Path> stages() {
    if (Files.exists(folder.resolve(METRICS))) {
      return List.of(folder);
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(path -> Files.exists(path.resolve(METRICS)))
          .sorted(Comparator.comparing(path -> path.getFileName().toString(), RunFiles::compare))
          .toList();
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Number 10 comes after number 9. */
  private static int compare(String one, String other) {
    Matcher a = NUMBER.matcher(one);
    Matcher b = NUMBER.matcher(other);
    int numbers = a.find() && b.find() ? Long.compare(number(a), number(b)) : 0;
    return numbers != 0 ? numbers : one.compareTo(other);
  }

  private static long number(Matcher matcher) {
    return Long.parseLong(matcher.group());
  }

  /**
   * @param prefix of their names
   * @param before steps of the stages before
   */
  private static List<SavedCheckpoint> checkpoints(Path all, String prefix, long before) {
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(all)) {
      List<Path> found =
          inside
              .filter(path -> CHECKPOINT.matcher(path.getFileName().toString()).matches())
              .sorted()
              .toList();
      long best = found.isEmpty() ? -1 : bestStep(found.getLast());
      List<SavedCheckpoint> checkpoints = new ArrayList<>();
      for (Path path : found) {
        String name = path.getFileName().toString();
        Matcher matcher = CHECKPOINT.matcher(name);
        long step = matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
        checkpoints.add(
            new SavedCheckpoint(prefix + name, before + step, size(path), step == best));
      }
      return checkpoints;
    } catch (IOException e) {
      throw new TrainException(all + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** As the latest checkpoint knows it. */
  private static long bestStep(Path latest) {
    Path state = latest.resolve("state.json");
    try {
      return JsonTree.read(Files.readAllBytes(state)).path("best_step").longValue(-1);
    } catch (IOException | JacksonException e) {
      throw new TrainException(state + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static long size(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      long bytes = 0;
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
