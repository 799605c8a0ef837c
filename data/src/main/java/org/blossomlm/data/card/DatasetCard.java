package org.blossomlm.data.card;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.file.RecordFiles;
import org.blossomlm.data.run.RunFiles;
import org.blossomlm.model.files.AtomicFile;

/**
 * Writes the card of a data set, as Hugging Face shows it: YAML between two lines of {@code ---},
 * then Markdown in English and Chinese. What the set is, people have written, where the recipe
 * names such a text; counts, steps, costs, hits of benchmarks and the command come from the run.
 *
 * @see <a href="https://huggingface.co/docs/hub/datasets-cards">Dataset cards</a>
 */
public final class DatasetCard {
  private static final String NAME = "README.md";

  private DatasetCard() {}

  /**
   * Writes the card of a run, or of a file. A file that lies in the folder of the run that made it
   * gets the card of the run.
   *
   * @param subject the folder of a run, or a file, folder or glob
   * @param out where to; by default {@code README.md} in the folder of the data set
   * @return the file that was written
   * @throws DataException if the data set cannot be read, or the card not be written
   */
  public static Path write(String subject, Optional<Path> out) {
    Optional<Path> run = runOf(subject);
    String text;
    Path beside;
    if (run.isPresent()) {
      text = ofRun(RunFiles.of(run.get()));
      beside = run.get();
    } else {
      List<Path> files = RecordFiles.names(subject).stream().map(DatasetCard::stored).toList();
      text = ofFiles(files);
      Path parent = files.getFirst().getParent();
      beside = parent == null ? Path.of("") : parent;
    }
    Path target = out.orElse(beside.resolve(NAME));
    if (out.isEmpty() && run.isEmpty() && Files.exists(target)) {
      throw new DataException(
          target + ": is there already; name another file with --out, or this one to replace it");
    }
    try {
      AtomicFile.write(target, text.getBytes(StandardCharsets.UTF_8), DataException::new);
    } catch (IOException e) {
      throw new DataException(target + ": cannot be written: " + e.getMessage(), e);
    }
    return target;
  }

  /**
   * Sees whether the text that a card is to begin with can be read: better before a run than after.
   *
   * @throws DataException if it cannot
   */
  public static void checkText(Path file) {
    CardText.read(file);
  }

  /** A member of an archive is published with the archive. */
  private static Path stored(String name) {
    int member = name.indexOf(".zip!");
    return Path.of(member < 0 ? name : name.substring(0, member + 4));
  }

  private static Optional<Path> runOf(String subject) {
    if (RunFiles.isRun(subject)) {
      return Optional.of(Path.of(subject));
    }
    Path file = Path.of(subject).toAbsolutePath().normalize();
    Path parent = Path.of(subject).getParent();
    Path folder = parent == null ? Path.of("") : parent;
    return Files.isRegularFile(file)
            && RunFiles.isRun(folder.toString())
            && RunFiles.of(folder).outputs().stream()
                .flatMap(output -> output.files().stream())
                .anyMatch(each -> each.toAbsolutePath().normalize().equals(file))
        ? Optional.of(folder)
        : Optional.empty();
  }

  private static String ofFiles(List<Path> files) {
    String name = String.valueOf(files.getFirst().getFileName()).replaceFirst("\\..*", "");
    Optional<String> license = License.near(files.getFirst());
    Part part = new Part(name, "train", paths(files), SetCounts.of(files, Optional.empty()));
    var markdown = new Markdown();
    markdown.heading(1, Markdown.escaped(name));
    new CountSection(List.of(part)).write(markdown);
    return CardFront.yaml(CardText.NONE.front(), name, license, List.of(part), false)
        + "\n"
        + markdown;
  }

  private static List<String> paths(List<Path> files) {
    return files.stream().map(file -> String.valueOf(file.getFileName())).distinct().toList();
  }

  private static String ofRun(RunFiles run) {
    RunPlan plan = new RunPlan(run);
    CardText written =
        run.command()
            .flatMap(command -> command.card())
            .map(file -> CardText.read(Path.of(file)))
            .orElse(CardText.NONE);
    List<Part> parts = parts(run);
    if (parts.isEmpty()) {
      throw new DataException(
          run.folder() + ": the run has not written its files yet; end it with --resume");
    }
    var markdown = new Markdown();
    if (written.body().isEmpty()) {
      markdown.heading(1, Markdown.escaped(plan.name()));
      markdown.paragraph(
          "A data set for fine-tuning language models, made by Blossom.\n\n"
              + "用于微调语言模型的数据集，由 Blossom 制作。");
    } else {
      markdown.paragraph(written.body());
    }
    new CountSection(parts).write(markdown);
    var made = new MakingSection(plan);
    made.write(markdown);
    return CardFront.yaml(written.front(), plan.name(), made.license(), parts, made.hasTeachers())
        + "\n"
        + markdown;
  }

  /** What sinks have written, each a split. */
  private static List<Part> parts(RunFiles run) {
    List<Part> parts = new ArrayList<>();
    Map<String, Integer> splits = new LinkedHashMap<>();
    run.outputs().forEach(output -> splits.merge(split(output.sink()), 1, Integer::sum));
    boolean splitsTellThemApart = splits.values().stream().allMatch(number -> number == 1);
    for (RunFiles.Output output : run.outputs()) {
      String stem = output.sink().replaceFirst(".*/", "").replaceFirst("\\..*", "");
      String pattern =
          output.files().size() == 1
                  && run.folder().resolve(output.sink()).equals(output.files().getFirst())
              ? output.sink()
              : output.sink().replaceFirst("(?=\\.[^/]*$)", "-*-of-*");
      parts.add(
          new Part(
              splitsTellThemApart ? "default" : stem,
              splitsTellThemApart ? split(output.sink()) : "train",
              List.of(pattern),
              SetCounts.of(output.files(), output.lineage())));
    }
    return parts;
  }

  private static String split(String file) {
    String name = file.toLowerCase(java.util.Locale.ROOT).replaceFirst(".*/", "");
    return name.matches(".*(valid|dev\\b|eval).*")
        ? "validation"
        : name.matches("(.*[^a-z])?test([^a-z].*)?") ? "test" : "train";
  }

  /**
   * A part of a data set.
   *
   * @param config of Hugging Face
   * @param split of it
   * @param files relative to the card; globs
   */
  record Part(String config, String split, List<String> files, SetCounts counts) {
    Part {
      files = List.copyOf(files);
    }
  }
}
