package org.blossomlm.train.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.SpecialTokens;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.json.JsonTree;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The tokenizer of a model and its chat template: all that samples need of it. */
public final class PromptFormat implements AutoCloseable {
  private static final long LARGEST_TEMPLATE = 4 << 20;
  private static final long LARGEST_CONFIG = 64 << 20;

  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final @Nullable GgufFile file;

  private PromptFormat(Tokenizer tokenizer, ChatTemplate template, @Nullable GgufFile file) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.file = file;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  public ChatTemplate template() {
    return template;
  }

  /**
   * Opens what a model needs.
   *
   * @param source a GGUF file, a Hugging Face folder, or its {@code tokenizer.json}
   * @param template a Jinja file or {@code blossom}; empty for the one that comes with the model
   * @throws TrainException if there is no template
   * @throws org.blossomlm.model.ModelException if the tokenizer cannot be used
   */
  public static PromptFormat open(Path source, Optional<String> template) {
    if (Files.isDirectory(source)) {
      return open(source.resolve("tokenizer.json"), template);
    }
    if (!Files.exists(source)) {
      throw new TrainException(source + ": there is no such tokenizer or model");
    }
    if (source.toString().endsWith(".json")) {
      Tokenizer tokenizer = Tokenizer.fromJson(source);
      ChatTemplate chosen =
          template
              .map(name -> named(name, tokenizer))
              .or(() -> besides(source, tokenizer))
              .orElseThrow(() -> none(source));
      return new PromptFormat(tokenizer, chosen, null);
    }
    GgufFile file = GgufFile.open(source);
    try {
      Tokenizer tokenizer = Tokenizer.fromGguf(file.metadata());
      ChatTemplate chosen =
          template
              .map(name -> named(name, tokenizer))
              .or(() -> ChatTemplates.find(file.metadata()))
              .orElseThrow(() -> none(source));
      return new PromptFormat(tokenizer, chosen, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static TrainException none(Path source) {
    return new TrainException(
        source + ": has no chat template; give one with template: a Jinja file, or blossom");
  }

  private static SpecialTokens specialTokens(Tokenizer tokenizer) {
    return new SpecialTokens(text(tokenizer, tokenizer.bos()), text(tokenizer, tokenizer.eos()));
  }

  private static String text(Tokenizer tokenizer, OptionalInt id) {
    return id.isPresent() ? tokenizer.token(id.getAsInt()) : "";
  }

  private static ChatTemplate named(String name, Tokenizer tokenizer) {
    return name.equals(ChatTemplates.BLOSSOM)
        ? ChatTemplates.blossom(specialTokens(tokenizer))
        : ChatTemplates.jinja(
            name, read(Path.of(name), LARGEST_TEMPLATE), specialTokens(tokenizer));
  }

  /** {@code chat_template.jinja}, or else {@code chat_template} of tokenizer_config.json. */
  private static Optional<ChatTemplate> besides(Path tokenizerJson, Tokenizer tokenizer) {
    Path jinja = tokenizerJson.resolveSibling("chat_template.jinja");
    if (Files.isRegularFile(jinja)) {
      return Optional.of(named(jinja.toString(), tokenizer));
    }
    Path config = tokenizerJson.resolveSibling("tokenizer_config.json");
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    JsonNode value;
    try {
      value =
          JsonTree.read(
                  read(config, LARGEST_CONFIG).getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .path("chat_template");
    } catch (JacksonException e) {
      throw new TrainException(config + ": is not valid JSON: " + e.getOriginalMessage(), e);
    }
    for (JsonNode item : value) {
      if (item.path("name").stringValue("").equals("default")) {
        value = item.path("template");
        break;
      }
    }
    return value.isString()
        ? Optional.of(
            ChatTemplates.jinja(config.toString(), value.stringValue(), specialTokens(tokenizer)))
        : Optional.empty();
  }

  private static String read(Path file, long most) {
    try {
      if (Files.size(file) > most) {
        throw new TrainException(
            "%s: has %d bytes, at most %d are read".formatted(file, Files.size(file), most));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new TrainException(file + ": cannot be read: " + e, e);
    }
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
