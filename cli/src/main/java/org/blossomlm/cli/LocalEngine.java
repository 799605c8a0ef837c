package org.blossomlm.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.blossomlm.cli.chat.Engine;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadListener;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.SpecialTokens;

/** The engine of this program. */
final class LocalEngine implements Engine {
  @Override
  public LanguageModel load(Path gguf, LoadOptions options, LoadListener listener) {
    try {
      return LanguageModel.load(gguf, options, listener);
    } catch (IllegalArgumentException e) {
      // An option that this machine cannot follow, such as kernels that do not work here.
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public ChatTemplate template(Path jinja, LanguageModel model) {
    if (!Files.exists(jinja) && jinja.toString().equals(ChatTemplates.BLOSSOM)) {
      return ChatTemplates.blossom(SpecialTokens.of(model.file().metadata()));
    }
    try {
      return ChatTemplates.jinja(
          jinja.toString(), TextFile.read(jinja), SpecialTokens.of(model.file().metadata()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Chat chat(LanguageModel model, ChatTemplate template) {
    return Chat.open(model, template);
  }
}
