package org.blossomlm.data.view;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.jspecify.annotations.Nullable;

/** What the page asks, and the answers. */
final class ViewRequests {
  private static final int MOST_ROWS = 200;
  private static final int SAMPLES = 20;
  private static final int SAMPLE_RECORDS = 30;
  private static final int MOST_CHOICES = 100;

  private final List<ViewedFile> files;
  private final Indexing indexing;
  private final Map<ViewedFile, Map<String, Object>> choices = new ConcurrentHashMap<>();

  ViewRequests(List<ViewedFile> files, Indexing indexing) {
    this.files = files;
    this.indexing = indexing;
  }

  /**
   * Answers a request.
   *
   * @param name the last part of its path
   * @param parameters decoded
   * @throws ViewException if it cannot be answered
   */
  Map<String, @Nullable Object> answer(String name, Map<String, String> parameters)
      throws IOException {
    return switch (name) {
      case "files" -> Map.of("files", files.stream().map(this::describe).toList());
      case "choices" -> choices(file(parameters, "file"));
      case "records" -> records(parameters);
      case "record" -> record(parameters);
      case "compare" -> compare(parameters);
      default -> throw new ViewException(404, "there is no " + name);
    };
  }

  private Map<String, @Nullable Object> describe(ViewedFile file) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", file.name());
    map.put("kind", file.kind().wireName());
    map.put("known", file.records().known());
    map.put("complete", file.records().complete());
    map.put("fraction", file.records().fraction());
    indexing.problem(file).ifPresent(problem -> map.put("problem", problem));
    return map;
  }

  private ViewedFile file(Map<String, String> parameters, String key) {
    String name = parameters.getOrDefault(key, "");
    return files.stream()
        .filter(file -> file.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ViewException(404, "no file is called " + name));
  }

  private static long number(
      Map<String, String> parameters, String key, long otherwise, long most) {
    String text = parameters.getOrDefault(key, "");
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      return Math.min(most, Math.max(1, Long.parseLong(text)));
    } catch (NumberFormatException e) {
      throw new ViewException(400, key + ": found " + text + ", expected a number");
    }
  }

  private static RecordQuery query(Map<String, String> parameters) {
    return RecordQuery.of(
        value(parameters, "q"),
        "1".equals(parameters.get("regex")),
        value(parameters, "language"),
        value(parameters, "source"),
        value(parameters, "operator"),
        value(parameters, "failed").map("1"::equals));
  }

  private static Optional<String> value(Map<String, String> parameters, String key) {
    return Optional.ofNullable(parameters.get(key)).filter(text -> !text.isEmpty());
  }

  private Map<String, @Nullable Object> records(Map<String, String> parameters) throws IOException {
    RecordQuery query = query(parameters);
    RecordSearch.Page<Map<String, @Nullable Object>> page =
        RecordSearch.find(
            file(parameters, "file"),
            query,
            number(parameters, "from", 1, Long.MAX_VALUE),
            (int) number(parameters, "count", 50, MOST_ROWS),
            RecordSearch.TIME,
            entry -> EntryJson.summary(entry, query));
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("rows", page.found());
    map.put("next", page.next());
    map.put("end", page.end());
    return map;
  }

  private Map<String, @Nullable Object> record(Map<String, String> parameters) throws IOException {
    ViewedFile file = file(parameters, "file");
    long at = number(parameters, "at", 1, Long.MAX_VALUE);
    return EntryJson.whole(
        RecordSearch.at(file, at)
            .orElseThrow(() -> new ViewException(404, file.name() + " has no record at " + at)));
  }

  private Map<String, @Nullable Object> compare(Map<String, String> parameters) throws IOException {
    KeyedFile left = indexing.keyed(file(parameters, "left"));
    KeyedFile right = indexing.keyed(file(parameters, "right"));
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (!left.complete() || !right.complete()) {
      map.put("reading", List.of(left.fraction(), right.fraction()));
      return map;
    }
    RecordQuery query = query(parameters);
    RecordSearch.Page<Map<String, @Nullable Object>> page =
        Comparison.find(
            left,
            right,
            Comparison.Show.named(parameters.getOrDefault("show", "all")),
            query,
            number(parameters, "from", 1, Long.MAX_VALUE),
            (int) number(parameters, "count", 50, MOST_ROWS),
            RecordSearch.TIME,
            pair -> row(pair, query));
    map.put("rows", page.found());
    map.put("next", page.next());
    map.put("end", page.end());
    left.problem().or(right::problem).ifPresent(problem -> map.put("problem", problem));
    return map;
  }

  private static Map<String, @Nullable Object> row(Comparison.Pair pair, RecordQuery query) {
    Map<String, @Nullable Object> map =
        EntryJson.summary(pair.left().or(pair::right).orElseThrow(), query);
    map.put("status", pair.status().wireName());
    map.put("left", pair.left().map(Entry::at).orElse(0L));
    map.put("right", pair.right().map(Entry::at).orElse(0L));
    return map;
  }

  /** Languages, sources and operators that occur in samples from all over the file. */
  private Map<String, @Nullable Object> choices(ViewedFile file) throws IOException {
    Map<String, Object> known = choices.get(file);
    if (known != null) {
      return new LinkedHashMap<>(known);
    }
    boolean complete = file.records().complete();
    Set<String> languages = new LinkedHashSet<>();
    Set<String> sources = new LinkedHashSet<>();
    Set<String> operators = new LinkedHashSet<>();
    long end = System.nanoTime() + RecordSearch.TIME.toNanos();
    long last = 0;
    // Files that can only be streamed are looked at where they begin.
    int samples = complete && file.records() instanceof JsonLines ? SAMPLES : 1;
    for (int i = 0; i < samples && System.nanoTime() < end; i++) {
      long from = 1 + i * file.records().known() / samples;
      if (from > last) {
        RecordSearch.Page<Long> page =
            RecordSearch.find(
                file,
                RecordQuery.ALL,
                from,
                samples == 1 ? MOST_ROWS : SAMPLE_RECORDS,
                RecordSearch.TIME,
                entry -> {
                  add(entry, languages, sources, operators);
                  return entry.at();
                });
        last = page.next() - 1;
      }
    }
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("languages", sorted(languages));
    found.put("sources", sorted(sources));
    found.put(
        "operators",
        new ArrayList<>(operators).subList(0, Math.min(operators.size(), MOST_CHOICES)));
    if (complete) {
      choices.put(file, found);
    }
    return new LinkedHashMap<>(found);
  }

  private static void add(
      Entry entry, Set<String> languages, Set<String> sources, Set<String> operators) {
    entry.step().ifPresent(operators::add);
    if (entry.record().isPresent()) {
      DataRecord record = entry.record().get();
      languages.add(RecordText.language(record));
      RecordText.source(record).ifPresent(sources::add);
      record.head().provenance().steps().stream()
          .map(Provenance.Step::operator)
          .forEach(operators::add);
    }
  }

  private static List<String> sorted(Set<String> values) {
    return values.stream().sorted().limit(MOST_CHOICES).toList();
  }
}
