package org.blossomlm.model.chat;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.model.gguf.GgufMetadata;

/** Where chat templates come from. */
public final class ChatTemplates {
  /** The name of the built-in format of Blossom v1 to v5. */
  public static final String BLOSSOM = "blossom";

  private static final String TEMPLATE_KEY = "tokenizer.chat_template";
  private static final Pattern BLOSSOM_VERSION = Pattern.compile("blossom.{0,3}?v(\\d+)");
  private static final int LAST_VERSION_WITH_OWN_FORMAT = 5;

  private ChatTemplates() {}

  /**
   * A template in Jinja.
   *
   * @param origin where it comes from, for people: a file name
   */
  public static ChatTemplate jinja(String origin, String source, SpecialTokens tokens) {
    return new JinjaChatTemplate(origin, source, Optional.empty(), tokens);
  }

  /** The prompt format of Blossom v1 to v5. */
  public static ChatTemplate blossom(SpecialTokens tokens) {
    return new BlossomChatTemplate(tokens);
  }

  /**
   * The template of a GGUF model, or empty if it has none.
   *
   * <p>That is {@code tokenizer.chat_template}, and for conversations with tools {@code
   * tokenizer.chat_template.tool_use} where the file has it. Models that call themselves Blossom
   * (in {@code general.name} or {@code general.basename}) get Blossom's own format if they have no
   * template, and also if they are of version 1 to 5 and their template never writes {@code |Bot|}:
   * such a template was left over from the base model's tokenizer.
   */
  public static Optional<ChatTemplate> find(GgufMetadata metadata) {
    Optional<String> source = metadata.string(TEMPLATE_KEY);
    Optional<String> name = blossomName(metadata);
    if (name.isPresent() && (source.isEmpty() || isLeftOver(source.get(), name.get()))) {
      return Optional.of(blossom(SpecialTokens.of(metadata)));
    }
    Optional<String> toolSource = metadata.string(TEMPLATE_KEY + ".tool_use");
    return source
        .or(() -> metadata.string(TEMPLATE_KEY + ".default"))
        .or(() -> toolSource)
        .map(text -> new JinjaChatTemplate("gguf", text, toolSource, SpecialTokens.of(metadata)));
  }

  private static Optional<String> blossomName(GgufMetadata metadata) {
    String name =
        (metadata.string("general.name").orElse("")
                + " "
                + metadata.string("general.basename").orElse(""))
            .toLowerCase(Locale.ROOT);
    return name.contains(BLOSSOM) ? Optional.of(name) : Optional.empty();
  }

  private static boolean isLeftOver(String source, String name) {
    Matcher version = BLOSSOM_VERSION.matcher(name);
    return !source.contains("|Bot|")
        && version.find()
        && version.group(1).length() == 1
        && Integer.parseInt(version.group(1)) <= LAST_VERSION_WITH_OWN_FORMAT;
  }
}
