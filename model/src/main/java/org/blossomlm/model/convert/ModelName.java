package org.blossomlm.model.convert;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The parts of a name such as {@code Qwen/Qwen2.5-0.5B-Instruct}, by the heuristics of llama.cpp's
 * converters, and the naming convention for files (ggml's {@code docs/gguf.md}).
 *
 * @param name the whole without its owner, e.g. {@code Qwen2.5-0.5B-Instruct}
 * @param organization the owner, e.g. {@code Qwen}
 * @param basename e.g. {@code Qwen2.5}
 * @param sizeLabel e.g. {@code 0.5B}
 * @param finetune e.g. {@code Instruct}
 * @param version e.g. {@code v0.2}
 */
record ModelName(
    Optional<String> name,
    Optional<String> organization,
    Optional<String> basename,
    Optional<String> sizeLabel,
    Optional<String> finetune,
    Optional<String> version) {
  static final ModelName UNKNOWN =
      new ModelName(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static final Pattern VERSION = pattern("(v|iter)?\\d+(\\.\\d+)*");
  private static final Pattern TYPE = pattern("i?q\\d(_\\w)*|b?fp?(16|32)");
  private static final Pattern SIZE =
      pattern("(A|\\d+x)?\\d+([._]\\d+)?[KMBT]\\d?|small|mini|medium|large|x?xl");
  private static final Pattern FINETUNE = pattern("chat|instruct|vision|lora");
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("\\d+(\\.\\d+)?[KMBT]");

  /** What a part of a name may be. */
  private enum Role {
    BASENAME,
    SIZE,
    FINETUNE,
    VERSION,
    TYPE
  }

  private static final class Part {
    private String text;
    private final Set<Role> roles = EnumSet.noneOf(Role.class);

    Part(String text) {
      this.text = text;
    }
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  /**
   * Takes a name apart.
   *
   * @param id {@code OWNER/NAME} or {@code NAME}
   * @param parameters of the model: what looks like a size but is far from it is a context length
   */
  static ModelName of(String id, long parameters) {
    if (id.isBlank() || id.contains(" ")) {
      return id.isBlank() ? UNKNOWN : UNKNOWN.withName(id);
    }
    int slash = id.indexOf('/');
    Optional<String> owner =
        slash > 0 && id.charAt(0) != '.' ? Optional.of(id.substring(0, slash)) : Optional.empty();
    String full = id.substring(slash + 1);
    List<Part> parts = new ArrayList<>();
    for (String text : full.split("-")) {
      if (!text.isEmpty()) {
        parts.add(new Part(text));
      }
    }
    for (int i = 0; i < parts.size(); i++) {
      annotate(parts.get(i), i, parameters);
    }
    dropWordSizes(parts);
    annotateBasename(parts);
    Optional<String> basename = join(parts, Set.of(Role.BASENAME), Set.of());
    Optional<String> size = join(parts, Set.of(Role.SIZE), Set.of());
    Optional<String> finetune = join(parts, Set.of(Role.FINETUNE), Set.of());
    Optional<String> version = join(parts, Set.of(Role.VERSION), Set.of(Role.BASENAME));
    boolean ambiguous = size.isEmpty() && finetune.isEmpty() && version.isEmpty();
    return new ModelName(
        Optional.of(full), owner, ambiguous ? Optional.empty() : basename, size, finetune, version);
  }

  private ModelName withName(String other) {
    return new ModelName(Optional.of(other), organization, basename, sizeLabel, finetune, version);
  }

  private static void annotate(Part part, int index, long parameters) {
    if (VERSION.matcher(part.text).matches()) {
      part.roles.add(Role.VERSION);
    } else if (TYPE.matcher(part.text).matches()) {
      part.roles.add(Role.TYPE);
      part.text = part.text.toUpperCase(Locale.ROOT);
    } else if (index > 0 && SIZE.matcher(part.text).matches()) {
      String size = normalSize(part.text);
      if (farFrom(size, parameters)) {
        part.roles.add(Role.FINETUNE);
        part.text = size.substring(0, size.length() - 1) + lower(size.substring(size.length() - 1));
      } else {
        part.roles.add(Role.SIZE);
        part.text = size;
      }
    } else if (index > 0 && FINETUNE.matcher(part.text).matches()) {
      part.roles.add(Role.FINETUNE);
    }
  }

  /** {@code 7b1} is 7.1B, and units are written in upper case. */
  private static String normalSize(String label) {
    String size = label.replace('_', '.');
    int last = size.length() - 1;
    if (Character.isDigit(size.charAt(last))) {
      size = size.substring(0, last - 1) + "." + size.charAt(last) + size.charAt(last - 1);
      last++;
    }
    return Character.isDigit(size.charAt(last - 1)) && "kmbt".indexOf(size.charAt(last)) >= 0
        ? size.substring(0, last) + size.substring(last).toUpperCase(Locale.ROOT)
        : size;
  }

  private static boolean farFrom(String size, long parameters) {
    if (parameters <= 0 || !NUMBER_AND_UNIT.matcher(size).matches()) {
      return false;
    }
    int last = size.length() - 1;
    double labelled =
        Double.parseDouble(size.substring(0, last))
            * Math.pow(1000, " KMBT".indexOf(size.charAt(last)));
    return Math.abs(labelled - parameters) > 7 * parameters / 8.0;
  }

  /** Words such as "large" are sizes only where there is no number. */
  private static void dropWordSizes(List<Part> parts) {
    boolean numbered =
        parts.stream()
            .filter(part -> part.roles.contains(Role.SIZE))
            .anyMatch(part -> part.text.chars().anyMatch(Character::isDigit));
    for (Part part : parts) {
      if (numbered && part.text.chars().allMatch(Character::isLetter)) {
        part.roles.remove(Role.SIZE);
      }
    }
  }

  private static void annotateBasename(List<Part> parts) {
    boolean atStart = true;
    for (Part part : parts) {
      boolean plain = part.roles.isEmpty() && Character.isLetter(part.text.charAt(0));
      if (atStart && (plain || part.roles.contains(Role.VERSION))) {
        part.roles.add(Role.BASENAME);
      } else {
        atStart = false;
        if (part.roles.isEmpty()) {
          part.roles.add(Role.FINETUNE);
        }
      }
    }
    for (Part part : parts.reversed()) {
      if (!part.roles.contains(Role.BASENAME) || part.roles.size() == 1) {
        break;
      }
      part.roles.remove(Role.BASENAME);
    }
  }

  private static Optional<String> join(List<Part> parts, Set<Role> with, Set<Role> without) {
    Set<String> texts =
        parts.stream()
            .filter(part ->
                part.roles.containsAll(with) && without.stream().noneMatch(part.roles::contains))
            .map(part -> part.text)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("-", texts));
  }

  /** For people: hyphens are spaces, and words that are all lower case begin with a capital. */
  static String title(String id) {
    return List.of(id.strip().replace('-', ' ').split(" +")).stream()
        .map(word -> isPlainWord(word) ? capitalised(word) : word)
        .collect(Collectors.joining(" "));
  }

  private static boolean isPlainWord(String word) {
    return word.equals(lower(word))
        && word.chars().anyMatch(Character::isLetter)
        && !Character.isDigit(word.charAt(0))
        && !word.matches("v\\d+(\\.\\d+)*");
  }

  private static String capitalised(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** A number of parameters in two significant digits: {@code 0.5B}, {@code 13B}, {@code 260K}. */
  static String sizeLabel(long parameters) {
    double scaled = parameters / 1e3;
    char unit = 'K';
    if (parameters >= 1_000_000_000_000L) {
      scaled = parameters / 1e12;
      unit = 'T';
    } else if (parameters >= 1_000_000_000) {
      scaled = parameters / 1e9;
      unit = 'B';
    } else if (parameters >= 1_000_000) {
      scaled = parameters / 1e6;
      unit = 'M';
    }
    long whole = (long) Math.rint(scaled);
    int digits = whole == 0 ? 0 : Long.toString(whole).length();
    return String.format(Locale.ROOT, "%." + Math.max(0, 2 - digits) + "f%c", scaled, unit);
  }

  /** {@code BaseName-SizeLabel-FineTune-Version-TYPE.gguf}. */
  String fileName(String type) {
    StringBuilder file = new StringBuilder(clean(basename.or(() -> name).orElse("ggml-model")));
    sizeLabel.ifPresent(size -> file.append('-').append(size));
    finetune.ifPresent(tune -> file.append('-').append(clean(tune)));
    version.ifPresent(number -> file.append('-').append(clean(number)));
    return file.append('-').append(type).append(".gguf").toString();
  }

  private static String clean(String part) {
    return part.strip().replace(' ', '-').replace('/', '-');
  }
}
