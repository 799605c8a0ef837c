package org.blossomlm.data.file;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a file holds, by its name. */
enum FileType {
  /** A JSON object in every line. */
  JSON_LINES("jsonl", "ndjson"),
  /** An array of objects, or objects one after the other. */
  JSON("json"),
  PARQUET("parquet"),
  CSV("csv"),
  TSV("tsv", "tab"),
  /** A text in every line. */
  TEXT_LINES("txt"),
  /** An archive of files. */
  ZIP("zip");

  private final List<String> endings;

  FileType(String... endings) {
    this.endings = List.of(endings);
  }

  /** The type of {@code name}, an ending such as {@code .gz} aside. */
  static Optional<FileType> of(String name) {
    String plain = uncompressed(name.toLowerCase(Locale.ROOT));
    for (FileType type : values()) {
      if (type.endings.stream().anyMatch(ending -> plain.endsWith("." + ending))) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Whether it is a table of nothing but texts. */
  boolean isTextTable() {
    return this == CSV || this == TSV;
  }

  static String uncompressed(String name) {
    return name.replaceFirst("\\.(gz|zst)$", "");
  }
}
