package org.blossomlm.model.gguf;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one file of a split model, {@code PREFIX-00002-of-00003.gguf}.
 *
 * @param path of the file
 * @param prefix of its name
 * @param number from 1
 * @param count of all parts
 */
record SplitName(Path path, String prefix, int number, int count) {
  private static final Pattern PATTERN = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.gguf");

  /** What {@code path} says about itself; empty if it is not named like a part. */
  static Optional<SplitName> of(Path path) {
    Path name = path.getFileName();
    if (name == null) {
      return Optional.empty();
    }
    Matcher matcher = PATTERN.matcher(name.toString());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(2));
    int count = Integer.parseInt(matcher.group(3));
    return number >= 1 && number <= count
        ? Optional.of(new SplitName(path, matcher.group(1), number, count))
        : Optional.empty();
  }

  /** The path of another part of the same model. */
  Path sibling(int otherNumber) {
    return path.resolveSibling(fileName(prefix, otherNumber, count));
  }

  static String fileName(String prefix, int number, int count) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", prefix, number, count);
  }
}
