package org.blossomlm.cli.chat;

import java.nio.file.Path;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadListener;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.model.chat.ChatTemplate;

/** The engine as the commands use it; tests put another one in its place. */
public interface Engine {
  /**
   * @param listener hears how far it is
   */
  LanguageModel load(Path gguf, LoadOptions options, LoadListener listener);

  default LanguageModel load(Path gguf, LoadOptions options) {
    return load(gguf, options, LoadListener.NONE);
  }

  /** A Jinja file as the template of {@code model}. */
  ChatTemplate template(Path jinja, LanguageModel model);

  Chat chat(LanguageModel model, ChatTemplate template);
}
