package org.blossomlm.cli.terminal;

import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.stream.Stream;

/** What the program says, in English or Chinese. */
public final class Messages {
  private static final String BUNDLE = "org.blossomlm.cli.messages";

  private final ResourceBundle bundle;

  private Messages(ResourceBundle bundle) {
    this.bundle = bundle;
  }

  /** Chinese for Chinese locales, English for all others. */
  public static Messages in(Locale locale) {
    Locale known = locale.getLanguage().equals("zh") ? Locale.CHINESE : Locale.ROOT;
    return new Messages(
        ResourceBundle.getBundle(
            BUNDLE,
            known,
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES)));
  }

  /**
   * The locale that the environment asks for, by POSIX precedence. {@code BLOSSOM_LANG} comes
   * first: users may set it, and the launcher passes the original setting in it. Read here because
   * the JVM ignores a {@code LANG} whose locale is not generated on the machine.
   */
  public static Locale localeOf(Map<String, String> environment) {
    return Stream.of("BLOSSOM_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
        .map(name -> environment.getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .map(value -> Locale.forLanguageTag(value.replaceFirst("[.@].*", "").replace('_', '-')))
        .orElseGet(Locale::getDefault);
  }

  /** The text of {@code key} with {@link String#format} arguments filled in. */
  public String text(String key, Object... arguments) {
    String pattern = bundle.getString(key);
    return arguments.length == 0 ? pattern : String.format(Locale.ROOT, pattern, arguments);
  }

  /** For libraries that look messages up by themselves. */
  public ResourceBundle bundle() {
    return bundle;
  }
}
