package org.blossomlm.cli.chat;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a line that starts with a slash asks for. */
sealed interface ReplCommand {
  Pattern QUOTED_OR_WORD = Pattern.compile("\"([^\"]*)\"(?=\\s|$)|\\S+");

  record Help(String topic) implements ReplCommand {}

  record Clear() implements ReplCommand {}

  record Bye() implements ReplCommand {}

  record Retry() implements ReplCommand {}

  record Undo() implements ReplCommand {}

  record SetSystem(String text) implements ReplCommand {}

  record SetParameter(String name, List<String> values) implements ReplCommand {}

  record Set(Switch which) implements ReplCommand {}

  record Show(Topic topic) implements ReplCommand {}

  record Save(String file) implements ReplCommand {}

  record Load(String file) implements ReplCommand {}

  /**
   * A known command that was not written as it must be.
   *
   * @param usage how to write it
   */
  record Malformed(String usage) implements ReplCommand {}

  record Unknown(String name) implements ReplCommand {}

  /** What {@code /set} turns on or off. */
  enum Switch {
    VERBOSE,
    QUIET,
    WORDWRAP,
    NOWORDWRAP,
    HISTORY,
    NOHISTORY
  }

  /** What {@code /show} shows. */
  enum Topic {
    INFO,
    PARAMETERS,
    SYSTEM,
    TEMPLATE,
    LICENSE,
    MESSAGES
  }

  /** Reads a line that starts with a slash. */
  static ReplCommand parse(String line) {
    String[] words = line.strip().split("\\s+", 3);
    String argument = words.length > 1 ? words[1] : "";
    String rest = words.length > 2 ? words[2] : "";
    return switch (words[0].toLowerCase(Locale.ROOT)) {
      case "/?", "/help" -> new Help(argument.replaceFirst("^/", ""));
      case "/clear" -> new Clear();
      case "/bye", "/exit", "/quit" -> new Bye();
      case "/retry" -> new Retry();
      case "/undo" -> new Undo();
      case "/set" -> parseSet(argument, rest);
      case "/show" ->
          constant(Topic.class, argument)
              .<ReplCommand>map(Show::new)
              .orElse(new Malformed("/show " + names(Topic.class)));
      case "/save" ->
          argument.isEmpty() ? new Malformed("/save FILE") : new Save(path(argument, rest));
      case "/load" ->
          argument.isEmpty() ? new Malformed("/load FILE") : new Load(path(argument, rest));
      default -> new Unknown(words[0]);
    };
  }

  private static ReplCommand parseSet(String what, String rest) {
    return switch (what) {
      case "system" -> rest.isEmpty() ? new Malformed("/set system TEXT") : new SetSystem(rest);
      case "parameter" -> {
        String[] words = rest.split("\\s+", 2);
        yield words.length < 2
            ? new Malformed("/set parameter NAME VALUE")
            : new SetParameter(words[0].toLowerCase(Locale.ROOT), values(words[1]));
      }
      default ->
          constant(Switch.class, what)
              .<ReplCommand>map(Set::new)
              .orElse(new Malformed("/set system|parameter|" + names(Switch.class)));
    };
  }

  /** Words; what stands between quotes is one word, with its spaces. */
  private static List<String> values(String text) {
    return QUOTED_OR_WORD
        .matcher(text)
        .results()
        .map(found -> found.group(1) == null ? found.group() : found.group(1))
        .toList();
  }

  private static String path(String first, String rest) {
    return rest.isEmpty() ? first : first + " " + rest;
  }

  private static <E extends Enum<E>> Optional<E> constant(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }

  private static <E extends Enum<E>> String names(Class<E> type) {
    StringBuilder names = new StringBuilder();
    for (E constant : type.getEnumConstants()) {
      names.append(names.isEmpty() ? "" : "|").append(constant.name().toLowerCase(Locale.ROOT));
    }
    return names.toString();
  }
}
