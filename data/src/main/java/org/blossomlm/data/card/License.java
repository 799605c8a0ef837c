package org.blossomlm.data.card;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.blossomlm.data.DataException;

/** Licences by the words that tell them apart, as Hugging Face names them. */
enum License {
  APACHE("apache-2.0", "apache license", "version 2.0"),
  MIT("mit", "permission is hereby granted, free of charge", "the software is provided \"as is\""),
  CC0("cc0-1.0", "cc0 1.0"),
  CC0_NAME("cc0-1.0", "creativecommons.org/publicdomain/zero/1.0"),
  CC_BY_NC_SA("cc-by-nc-sa-4.0", "attribution-noncommercial-sharealike 4.0"),
  CC_BY_NC("cc-by-nc-4.0", "attribution-noncommercial 4.0"),
  CC_BY_SA("cc-by-sa-4.0", "attribution-sharealike 4.0"),
  CC_BY("cc-by-4.0", "attribution 4.0"),
  BSD("bsd-3-clause", "neither the name of", "redistribution and use in source and binary forms");

  private static final int LOOKED_AT = 16_384;
  private static final int FOLDERS_UP = 2;

  private final String wireName;
  private final List<String> words;

  License(String wireName, String... words) {
    this.wireName = wireName;
    this.words = List.of(words);
  }

  /** The licence that a text is. */
  static Optional<String> of(String text) {
    String plain = text.toLowerCase(java.util.Locale.ROOT).replaceAll("\\s+", " ");
    return Stream.of(values())
        .filter(license -> license.words.stream().allMatch(plain::contains))
        .map(license -> license.wireName)
        .findFirst();
  }

  /** The licence in the folder of a file, or in one of the two above it. */
  static Optional<String> near(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    for (int up = 0; folder != null && up <= FOLDERS_UP; up++) {
      Optional<String> found = in(folder);
      if (found.isPresent()) {
        return found;
      }
      folder = folder.getParent();
    }
    return Optional.empty();
  }

  private static Optional<String> in(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.sorted().toList()) {
        String name = String.valueOf(file.getFileName()).toLowerCase(java.util.Locale.ROOT);
        if (name.matches("(licen[cs]e|copying)(\\..*)?") && Files.isRegularFile(file)) {
          try (var in = Files.newInputStream(file)) {
            return of(new String(in.readNBytes(LOOKED_AT), StandardCharsets.UTF_8));
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
