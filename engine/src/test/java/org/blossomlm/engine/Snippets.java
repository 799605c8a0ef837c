package org.blossomlm.engine;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.model.text.MarkedText;

/** The examples of the documentation, compiled so that they stay true. */
final class Snippets {
  private Snippets() {}

  static String chat(Path gguf, AtomicBoolean stop) {
    // @start region="chat"
    try (var model = LanguageModel.load(gguf, LoadOptions.DEFAULT);
        var chat = Chat.open(model)) {
      var options =
          GenerationOptions.builder()
              .sampling(model.defaultSampling().toBuilder().seed(42).build())
              .maxTokens(256)
              .build();
      var listener =
          new GenerationListener() {
            @Override
            public void onText(String text) {
              System.out.print(text);
            }

            @Override
            public boolean cancelled() {
              return stop.get(); // another thread sets it, say on Ctrl-C
            }
          };
      chat.send("Why is the sky blue?", options, listener);
      Generation answer = chat.send("And at sunset?", options, listener);
      if (answer.finishReason() == FinishReason.LENGTH) {
        System.out.println("…");
      }
      return answer.text();
    } // closing them releases the memory
    // @end
  }

  static void complete(LanguageModel model) {
    // @start region="complete"
    try (Session session = model.newSession()) {
      int[] prompt = model.tokenizer().encode(MarkedText.data("Once upon a time"), true);
      Generation story =
          session.generate(
              prompt,
              GenerationOptions.builder().maxTokens(100).stop("\n\n", "The End").build(),
              GenerationListener.NONE);
      System.out.println(story.text());
    }
    // @end
  }
}
