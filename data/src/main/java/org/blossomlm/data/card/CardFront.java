package org.blossomlm.data.card;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.recipe.RecipeText;
import org.jspecify.annotations.Nullable;

/** The YAML at the head of a card; what people wrote goes before what was found. */
final class CardFront {
  private static final Set<String> LANGUAGES = Set.of("zh", "en", "ja", "ko");

  /** A language of less than this share is not the set's. */
  private static final double LEAST_SHARE = 0.01;

  private CardFront() {}

  static String yaml(
      Map<String, @Nullable Object> written,
      String name,
      Optional<String> license,
      List<DatasetCard.Part> parts,
      boolean hasTeachers) {
    Map<String, Object> front = new LinkedHashMap<>();
    front.put("license", written("license", written).orElseGet(() -> license.orElse("unknown")));
    List<String> languages = languages(parts);
    front.put(
        "language",
        languages.isEmpty() ? written("language", written).orElse(List.of("zh", "en")) : languages);
    front.put("pretty_name", written("pretty_name", written).orElse(name));
    front.put(
        "task_categories", written("task_categories", written).orElse(List.of("text-generation")));
    front.put("size_categories", List.of(size(records(parts))));
    Set<String> tags = new LinkedHashSet<>();
    tags.addAll(RunPlan.texts(written.get("tags")));
    tags.addAll(tags(parts, hasTeachers));
    front.put("tags", List.copyOf(tags));
    // Entries of people that nothing here knows, e.g. annotations_creators.
    written.forEach((key, value) -> {
      if (value != null && !key.equals("configs")) {
        front.putIfAbsent(key, value);
      }
    });
    front.put("configs", configs(parts));
    return "---\n" + RecipeText.toYaml(front) + "---\n";
  }

  private static Optional<Object> written(String key, Map<String, @Nullable Object> written) {
    return Optional.ofNullable(written.get(key));
  }

  private static long records(List<DatasetCard.Part> parts) {
    return parts.stream().mapToLong(part -> part.counts().records()).sum();
  }

  /** The most frequent first; of equal ones Chinese first. */
  private static List<String> languages(List<DatasetCard.Part> parts) {
    Map<String, Long> sums = new LinkedHashMap<>();
    for (DatasetCard.Part part : parts) {
      part.counts()
          .languages()
          .forEach((language, number) ->
              sums.merge(language.replaceFirst("-.*", ""), number, Long::sum));
    }
    long all = records(parts);
    return sums.entrySet().stream()
        .filter(entry -> LANGUAGES.contains(entry.getKey()))
        .filter(entry -> entry.getValue() >= LEAST_SHARE * all)
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.<String, Long>comparingByKey().reversed()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<String> tags(List<DatasetCard.Part> parts, boolean hasTeachers) {
    List<String> tags = new ArrayList<>();
    boolean pairs =
        parts.stream().anyMatch(part -> part.counts().kinds().containsKey("preference"));
    boolean chats = parts.stream().anyMatch(part -> part.counts().kinds().containsKey("chat"));
    if (pairs) {
      tags.addAll(List.of("preference", "dpo"));
    }
    if (chats) {
      tags.addAll(List.of("sft", "conversational"));
    }
    if (hasTeachers) {
      tags.add("synthetic");
    }
    tags.add("blossom");
    return tags;
  }

  /** As Hugging Face names numbers of records. */
  static String size(long records) {
    String[] names = {
      "n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"
    };
    long limit = 1000;
    for (String name : names) {
      if (records < limit) {
        return name;
      }
      limit *= 10;
    }
    return "n>1B";
  }

  private static List<Object> configs(List<DatasetCard.Part> parts) {
    Map<String, List<Object>> files = new LinkedHashMap<>();
    for (DatasetCard.Part part : parts) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("split", part.split());
      entry.put("path", part.files().size() == 1 ? part.files().getFirst() : part.files());
      files.computeIfAbsent(part.config(), config -> new ArrayList<>()).add(entry);
    }
    List<Object> configs = new ArrayList<>();
    files.forEach((config, entries) -> {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("config_name", config);
      map.put("data_files", entries);
      configs.add(map);
    });
    return configs;
  }
}
