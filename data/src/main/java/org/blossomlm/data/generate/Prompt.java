package org.blossomlm.data.generate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What teachers are asked, in English and Chinese, with the values that a prompt takes. The texts
 * lie beside this class as {@code NAME.md}: each language after a line {@code <!-- en -->} or
 * {@code <!-- zh -->}, a value as {@code {{name}}}.
 */
enum Prompt {
  /** A follow-up to an answer that was not usable. */
  REPAIR("problem"),
  JUDGE("guidance", "sample", "format"),
  PICK("conversation", "answers", "format"),
  COMPARE("conversation", "first", "second", "format"),
  VERIFY("question", "reference", "answer", "format"),
  AGREE("conversation", "first", "second", "format"),
  TRANSLATE("target", "scope", "text"),
  TRANSLATE_ALL,
  TRANSLATE_INSTRUCTION,
  TRANSLATE_CHECK("source", "translation", "format"),
  SIMULATE_USER("persona", "conversation"),
  EVOLVE_CONSTRAINTS("instruction"),
  EVOLVE_DEEPEN("instruction"),
  EVOLVE_CONCRETIZE("instruction"),
  EVOLVE_REASONING("instruction"),
  EVOLVE_BREADTH("instruction"),
  EVOLVE_CHECK("first", "second", "format"),
  SELF_INSTRUCT("examples", "count"),
  PERSONA("persona", "kind", "count"),
  PERSONA_QUESTION,
  PERSONA_TASK,
  PERSONA_MATH,
  /** Who the simulated user is where a recipe names no personas. */
  DEFAULT_PERSONA,
  REWRITE("guidance", "text"),
  TAG("conversation", "format");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z_]+)}}");

  private final List<String> placeholders;
  private final Map<PromptLanguage, String> texts;

  Prompt(String... placeholders) {
    this.placeholders = List.of(placeholders);
    String file = name().toLowerCase(Locale.ROOT) + ".md";
    String text = resource(file);
    int zh = text.indexOf("<!-- zh -->\n");
    if (!text.startsWith("<!-- en -->\n") || zh < 0) {
      throw new IllegalStateException(file + " needs <!-- en --> and then <!-- zh -->");
    }
    texts =
        Map.of(
            PromptLanguage.EN, text.substring("<!-- en -->\n".length(), zh).strip(),
            PromptLanguage.ZH, text.substring(zh + "<!-- zh -->\n".length()).strip());
  }

  List<String> placeholders() {
    return placeholders;
  }

  /** The text, with its placeholders where it has any. */
  String text(PromptLanguage language) {
    String text = texts.get(language);
    if (text == null) {
      throw new IllegalArgumentException("no text in " + language);
    }
    return text;
  }

  /**
   * The text with values. Placeholders inside of values stay as they are: a sample that says {@code
   * {{text}}} is no template.
   */
  String render(PromptLanguage language, Map<String, String> values) {
    if (!values.keySet().equals(Set.copyOf(placeholders))) {
      throw new IllegalArgumentException(
          this + " takes " + placeholders + ", found " + values.keySet());
    }
    return PLACEHOLDER
        .matcher(text(language))
        .replaceAll(match -> Matcher.quoteReplacement(String.valueOf(values.get(match.group(1)))));
  }

  private static String resource(String file) {
    try (InputStream in = Prompt.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its resource " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
