package org.blossomlm.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
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

  static List<String> schedule(LanguageModel model, List<int[]> prompts) {
    // @start region="schedule"
    var options = GenerationOptions.builder().maxTokens(200).build();
    try (Scheduler scheduler = model.newScheduler(SchedulerOptions.DEFAULT.withParallel(4))) {
      var requests = new ArrayList<Scheduler.Request>();
      for (int[] prompt : prompts) { // they wait in a queue and are answered together
        requests.add(scheduler.submit("batch job", prompt, options, GenerationListener.NONE));
      }
      var visitor =
          new GenerationListener() {
            @Override
            public void onText(String text) {
              System.out.print(text); // on a thread of its own
            }
          };
      var request = scheduler.submit("visitor", prompts.getFirst(), options, visitor);
      request
          .completion()
          .orTimeout(1, TimeUnit.MINUTES)
          .exceptionally(late -> {
            request.cancel();
            throw new CompletionException(late);
          });
      return requests.stream().map(each -> each.completion().join().text()).toList();
    } // closing it ends what is still under way
    // @end
  }
}
