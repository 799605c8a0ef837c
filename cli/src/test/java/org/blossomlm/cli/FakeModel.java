package org.blossomlm.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.blossomlm.cli.chat.Engine;
import org.blossomlm.engine.Chat;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadListener;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.SamplingOptions;
import org.blossomlm.engine.Scheduler;
import org.blossomlm.engine.SchedulerOptions;
import org.blossomlm.engine.Session;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A model that answers with what it was told, in capital letters. */
public final class FakeModel implements LanguageModel {
  private final LoadOptions options;

  private FakeModel(LoadOptions options) {
    this.options = options;
  }

  /** An engine that "loads" it and remembers what it was asked for. */
  public static final class FakeEngine implements Engine {
    public final List<LoadOptions> loads = new ArrayList<>();
    public final List<GenerationOptions> generations = new ArrayList<>();
    public final List<List<ChatMessage>> conversations = new ArrayList<>();
    public FinishReason finishReason = FinishReason.STOP;
    public Consumer<LoadOptions> onLoad = options -> {};
    public Consumer<LoadListener> onWeights = listener -> {};
    public Consumer<List<ChatMessage>> onAnswer = asked -> {};

    @Override
    public LanguageModel load(Path gguf, LoadOptions options, LoadListener listener) {
      loads.add(options);
      onLoad.accept(options);
      onWeights.accept(listener);
      return new FakeModel(options);
    }

    @Override
    public ChatTemplate template(Path jinja, LanguageModel model) {
      return new FakeTemplate(jinja.toString());
    }

    @Override
    public Chat chat(LanguageModel model, ChatTemplate template) {
      return new FakeChat(this);
    }
  }

  private record FakeTemplate(String origin) implements ChatTemplate {
    @Override
    public String source() {
      return "{{ messages }}";
    }

    @Override
    public MarkedText render(Request request) {
      return MarkedText.trusted(request.messages().toString());
    }
  }

  private static final class FakeChat implements Chat {
    private final FakeEngine engine;
    private List<ChatMessage> messages = List.of();

    FakeChat(FakeEngine engine) {
      this.engine = engine;
    }

    @Override
    public List<ChatMessage> messages() {
      return messages;
    }

    @Override
    public void messages(List<ChatMessage> replacement) {
      messages = List.copyOf(replacement);
    }

    @Override
    public void variables(Map<String, Object> variables) {}

    @Override
    public Generation send(
        String userText, GenerationOptions options, GenerationListener listener) {
      List<ChatMessage> asked = new ArrayList<>(messages);
      asked.add(ChatMessage.user(userText));
      return answer(asked, options, listener);
    }

    @Override
    public Generation answer(GenerationOptions options, GenerationListener listener) {
      return answer(messages, options, listener);
    }

    private Generation answer(
        List<ChatMessage> asked, GenerationOptions options, GenerationListener listener) {
      engine.generations.add(options);
      engine.conversations.add(List.copyOf(asked));
      engine.onAnswer.accept(asked);
      String text = asked.getLast().content().toUpperCase(Locale.ROOT);
      for (String word : text.split("(?<= )")) {
        listener.onText(word);
      }
      List<ChatMessage> all = new ArrayList<>(asked);
      all.add(ChatMessage.of(Role.ASSISTANT, text));
      messages = List.copyOf(all);
      return new Generation(
          text,
          List.of(),
          engine.finishReason,
          3,
          1,
          0,
          0,
          Duration.ofMillis(2),
          Duration.ofMillis(4));
    }

    @Override
    public void close() {}
  }

  @Override
  public Optional<ChatTemplate> chatTemplate() {
    return Optional.of(new FakeTemplate("fake"));
  }

  @Override
  public int contextLength() {
    return options.contextLength() > 0 ? options.contextLength() : 4096;
  }

  @Override
  public int trainedContextLength() {
    return 4096;
  }

  @Override
  public SamplingOptions defaultSampling() {
    return SamplingOptions.DEFAULT;
  }

  @Override
  public int threads() {
    return 2;
  }

  @Override
  public String kernels() {
    return "fake";
  }

  @Override
  public GgufFile file() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Tokenizer tokenizer() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scheduler newScheduler(SchedulerOptions options) {
    throw new UnsupportedOperationException("commands answer one at a time");
  }

  @Override
  public Session newSession() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
