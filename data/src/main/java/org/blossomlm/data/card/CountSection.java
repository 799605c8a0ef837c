package org.blossomlm.data.card;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** How many records there are of what. */
record CountSection(List<DatasetCard.Part> parts) {
  private static final int MOST_ROWS = 30;

  CountSection {
    parts = List.copyOf(parts);
  }

  void write(Markdown markdown) {
    markdown.heading(2, "Counts · 数量");
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("split · 划分", "file · 文件", "records · 记录数", "characters, median · 字符数中位", "90 %"));
    for (DatasetCard.Part part : parts) {
      rows.add(
          List.of(
              Markdown.escaped(name(part)),
              Markdown.code(String.join(" ", part.files())),
              Markdown.number(part.counts().records()),
              Markdown.number(part.counts().length(0.5)),
              Markdown.number(part.counts().length(0.9))));
    }
    markdown.table(rows, List.of(2, 3, 4));
    shares(markdown, "language · 语言", CountSection::language, counts -> counts.languages());
    shares(markdown, "source · 来源", Function.identity(), counts -> counts.sources());
    shares(
        markdown,
        "turns · 轮数",
        Function.identity(),
        counts -> {
          Map<String, Long> turns = new LinkedHashMap<>();
          counts.turns().forEach((turn, number) -> turns.put(String.valueOf(turn), number));
          return turns;
        });
  }

  private String name(DatasetCard.Part part) {
    return part.config().equals("default") ? part.split() : part.config() + " / " + part.split();
  }

  private static String language(String code) {
    return switch (code) {
      case "zh" -> "Chinese · 中文";
      case "en" -> "English · 英文";
      case "mixed" -> "mixed · 混合";
      case "other" -> "other · 其他";
      case "none" -> "no letters · 无文字";
      default -> code;
    };
  }

  private void shares(
      Markdown markdown,
      String title,
      Function<String, String> label,
      Function<SetCounts, Map<String, Long>> counts) {
    Map<String, List<Long>> numbers = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      for (Map.Entry<String, Long> entry : counts.apply(parts.get(i).counts()).entrySet()) {
        List<Long> row =
            numbers.computeIfAbsent(
                entry.getKey(),
                key -> new ArrayList<>(java.util.Collections.nCopies(parts.size(), 0L)));
        row.set(i, entry.getValue());
      }
    }
    if (numbers.isEmpty() || numbers.keySet().equals(java.util.Set.of("–"))) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of(title));
    parts.forEach(part -> head.add(Markdown.escaped(name(part))));
    head.add("%");
    rows.add(head);
    long all = numbers.values().stream().mapToLong(CountSection::sum).sum();
    sorted(numbers).entrySet().stream()
        .limit(MOST_ROWS)
        .forEach(entry -> {
          List<String> row = new ArrayList<>();
          row.add(Markdown.escaped(label.apply(entry.getKey())));
          entry.getValue().forEach(number -> row.add(Markdown.number(number)));
          row.add(
              String.format(Locale.ROOT, "%.1f", 100.0 * sum(entry.getValue()) / Math.max(1, all)));
          rows.add(row);
        });
    if (numbers.size() > MOST_ROWS) {
      List<String> row = new ArrayList<>(List.of("…"));
      parts.forEach(part -> row.add(""));
      row.add("");
      rows.add(row);
    }
    List<Integer> right = new ArrayList<>();
    for (int column = 1; column < head.size(); column++) {
      right.add(column);
    }
    markdown.table(rows, right);
  }

  /** Numbers by their value, names by their frequency. */
  private static Map<String, List<Long>> sorted(Map<String, List<Long>> numbers) {
    if (numbers.keySet().stream().allMatch(key -> key.matches("\\d{1,9}"))) {
      Map<String, List<Long>> sorted =
          new TreeMap<>((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
      sorted.putAll(numbers);
      return sorted;
    }
    Map<String, List<Long>> sorted = new LinkedHashMap<>();
    numbers.entrySet().stream()
        .sorted((a, b) -> Long.compare(sum(b.getValue()), sum(a.getValue())))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private static long sum(List<Long> row) {
    return row.stream().mapToLong(Long::longValue).sum();
  }
}
