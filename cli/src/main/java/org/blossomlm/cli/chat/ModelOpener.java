package org.blossomlm.cli.chat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.model.chat.ChatTemplate;

/**
 * How a model is opened, so that it can be opened again with another context.
 *
 * @param loading how it is loaded, but for what parameters say
 * @param template a Jinja file that takes the place of the model's own template
 * @param raw whether prompts are taken as they are, without a template
 * @param special whether special-token strings in a prompt without a template are special tokens
 */
public record ModelOpener(
    Engine engine,
    Path file,
    LoadOptions loading,
    Optional<Path> template,
    boolean raw,
    boolean special) {

  /**
   * A loaded model and a conversation with it.
   *
   * @param template what turns the conversation into prompts; without one the text goes on as it is
   * @param loadTime what opening took
   */
  public record Opened(
      LanguageModel model, Chat chat, Optional<ChatTemplate> template, Duration loadTime)
      implements AutoCloseable {
    /** That the context is longer than the model was trained for, if so. */
    public Optional<String> stretched(Messages messages) {
      int trained = model.trainedContextLength();
      return model.contextLength() > trained
          ? Optional.of(messages.text("note.stretched", trained, model.contextLength()))
          : Optional.empty();
    }

    @Override
    public void close() {
      chat.close();
      model.close();
    }
  }

  /** Loads the model and opens a conversation. */
  public Opened open(Parameters parameters, StatusLine status, Messages messages) {
    long start = System.nanoTime();
    try (var line = status.tick(messages.text("status.loading", file.getFileName()))) {
      LanguageModel model =
          engine.load(
              file,
              parameters.loading(loading),
              (done, total) -> line.show(messages.text("status.packing", 100 * done / total)));
      try {
        Optional<ChatTemplate> chosen =
            raw
                ? Optional.empty()
                : template.map(path -> engine.template(path, model)).or(model::chatTemplate);
        Chat chat =
            chosen
                .map(its -> engine.chat(model, its))
                .orElseGet(() -> new Continuation(model, special));
        return new Opened(model, chat, chosen, Duration.ofNanos(System.nanoTime() - start));
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
    }
  }
}
