package org.blossomlm.data.dedup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.filter.TextScope;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.model.files.AtomicFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Drops records that contain a question of a benchmark, so that a model is not tested on what it
 * was trained on. Every hit says in the metadata entry {@code contamination} which question was
 * found and how much of it, and is listed in a report on request. Each message, and each field, is
 * looked at by itself.
 */
final class Decontamination implements SetOperator {
  static final OperatorSpec SPEC =
      new OperatorSpec(
          "decontaminate",
          "Drops records that contain questions of the given benchmarks.",
          DedupOperators.scoped(
              List.of(
                  Parameter.required(
                      "references",
                      Parameter.Kind.TEXTS,
                      "files with questions: .jsonl, .json, .tsv (first column), .txt; also .gz"),
                  Parameter.of(
                      "reference_fields",
                      Parameter.Kind.TEXTS,
                      ReferenceTexts.QUESTION_FIELDS,
                      "what questions are called in JSON"),
                  Parameter.of(
                      "characters",
                      Parameter.Kind.INTEGER,
                      10,
                      "characters in a row that both must have, for a Chinese question"),
                  Parameter.of(
                      "words",
                      Parameter.Kind.INTEGER,
                      8,
                      "words in a row that both must have, for another question"),
                  Parameter.of(
                      "min_overlap",
                      Parameter.Kind.NUMBER,
                      0.5,
                      "share of a question that must be found, 0 to 1"),
                  Parameter.optional(
                      "report", Parameter.Kind.FILE, "file for a JSON line about every hit"),
                  Parameter.choice(
                      "action",
                      List.of("drop", "mark"),
                      "mark: the record stays, with its metadata entry contamination"))),
          Decontamination::new);

  private static final JsonMapper JSON = new JsonMapper();

  private final TextScope scope;
  private final ContaminationIndex index;
  private final Optional<Path> report;
  private final boolean mark;

  private Decontamination(Arguments arguments) {
    scope = TextScope.from(arguments, "");
    Set<String> fields = Set.copyOf(arguments.texts("reference_fields"));
    List<ReferenceTexts.Reference> references = new ArrayList<>();
    List<Path> files = arguments.files("references");
    List<String> names = ReferenceTexts.names(files);
    for (int i = 0; i < files.size(); i++) {
      references.addAll(ReferenceTexts.read(files.get(i), names.get(i), fields));
    }
    index =
        new ContaminationIndex(
            references,
            DedupOperators.positive(arguments, "characters"),
            DedupOperators.positive(arguments, "words"),
            DedupOperators.fraction(arguments, "min_overlap", 0));
    report = arguments.has("report") ? Optional.of(arguments.file("report")) : Optional.empty();
    mark = arguments.text("action").equals("mark");
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    List<Optional<ContaminationIndex.Hit>> hits = new ArrayList<>();
    new Batches<List<String>, Optional<ContaminationIndex.Hit>>(
            record -> record.failure().isPresent() ? List.of() : scope.texts(record),
            texts -> texts.stream().mapToLong(String::length).sum(),
            this::find,
            hits::add)
        .readAll(input);
    context.count("questions looked for", index.size());
    List<String> lines = new ArrayList<>();
    int[] next = {0};
    input.forEach(record -> {
      Optional<ContaminationIndex.Hit> hit = hits.get(next[0]++);
      if (hit.isEmpty()) {
        output.keep(record);
        return;
      }
      Map<String, @Nullable Object> found = describe(hit.get());
      String file = hit.get().reference().file();
      context.count("in " + file, 1);
      if (report.isPresent()) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("id", record.id());
        record
            .head()
            .provenance()
            .origin()
            .ifPresent(origin -> {
              line.put("source", origin.file());
              line.put("source_row", origin.row());
            });
        line.putAll(found);
        lines.add(JSON.writeValueAsString(line));
      }
      if (mark) {
        output.keep(record.withMetadata("contamination", found));
      } else {
        output.drop(record.withMetadata("contamination", found), "contains a question of " + file);
      }
    });
    report.ifPresent(path -> write(path, lines));
  }

  private Optional<ContaminationIndex.Hit> find(List<String> texts) {
    Optional<ContaminationIndex.Hit> best = Optional.empty();
    for (String text : texts) {
      Optional<ContaminationIndex.Hit> hit = index.find(text);
      if (hit.isPresent() && (best.isEmpty() || hit.get().overlap() > best.get().overlap())) {
        best = hit;
      }
    }
    return best;
  }

  private static Map<String, @Nullable Object> describe(ContaminationIndex.Hit hit) {
    Map<String, @Nullable Object> found = new LinkedHashMap<>();
    found.put("reference", hit.reference().file());
    found.put("reference_row", hit.reference().row());
    found.put("overlap", Math.round(hit.overlap() * 1000) / 1000.0);
    found.put("question", hit.reference().text());
    return found;
  }

  private static void write(Path path, List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    try {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(path, bytes, DataException::new);
    } catch (IOException e) {
      throw new DataException("cannot write the report of contamination " + path, e);
    }
  }
}
