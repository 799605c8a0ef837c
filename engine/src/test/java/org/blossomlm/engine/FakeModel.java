package org.blossomlm.engine;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.gguf.GgufFile;

/** A model that answers a prompt with a text; its sessions run the real generation loop. */
final class FakeModel implements LanguageModel {
  private final FakeTokenizer tokenizer;
  private final FakeTemplate template;
  private final int contextLength;
  private final UnaryOperator<String> answers;
  int openSessions;

  /** The sequence of the last session. */
  FakeEvaluator evaluator;

  FakeModel(
      FakeTokenizer tokenizer,
      FakeTemplate template,
      int contextLength,
      UnaryOperator<String> answers) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.contextLength = contextLength;
    this.answers = answers;
    this.evaluator = newEvaluator();
  }

  private FakeEvaluator newEvaluator() {
    return FakeEvaluator.saying(tokenizer, contextLength, 16, this::next);
  }

  private int next(int[] tokens) {
    String text = tokenizer.decode(tokens, true);
    int speaks = text.lastIndexOf("[assistant]") + "[assistant]".length();
    byte[] answer = answers.apply(text.substring(0, speaks)).getBytes(StandardCharsets.UTF_8);
    int said = text.substring(speaks).getBytes(StandardCharsets.UTF_8).length;
    return said < answer.length ? answer[said] & 0xff : FakeTokenizer.END_OF_TURN;
  }

  @Override
  public GgufFile file() {
    throw new UnsupportedOperationException("no file behind a fake model");
  }

  @Override
  public FakeTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public Optional<ChatTemplate> chatTemplate() {
    return Optional.of(template);
  }

  @Override
  public int trainedContextLength() {
    return contextLength;
  }

  @Override
  public SamplingOptions defaultSampling() {
    return SamplingOptions.builder().temperature(0).build();
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public String kernels() {
    return "fake";
  }

  @Override
  public Session newSession() {
    openSessions++;
    evaluator = newEvaluator();
    return new FakeSession(evaluator);
  }

  @Override
  public Scheduler newScheduler(SchedulerOptions options) {
    throw new UnsupportedOperationException("chats need no scheduler");
  }

  @Override
  public void close() {}

  private final class FakeSession implements Session {
    private final FakeEvaluator sequence;

    FakeSession(FakeEvaluator sequence) {
      this.sequence = sequence;
    }

    @Override
    public int contextLength() {
      return contextLength;
    }

    @Override
    public Generation generate(
        int[] prompt, GenerationOptions options, GenerationListener listener) {
      return Generator.generate(sequence, tokenizer, prompt, options, listener);
    }

    @Override
    public void logits(int[] tokens, LogitsConsumer consumer) {
      throw new UnsupportedOperationException("chats need no logits");
    }

    @Override
    public void close() {
      openSessions--;
    }
  }
}
