package org.blossomlm.data.teacher;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.engine.ContextLengthException;
import org.blossomlm.engine.FinishReason;
import org.blossomlm.engine.Generation;
import org.blossomlm.engine.GenerationListener;
import org.blossomlm.engine.GenerationOptions;
import org.blossomlm.engine.LanguageModel;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.OutOfMemoryException;
import org.blossomlm.engine.Scheduler;
import org.blossomlm.engine.SchedulerOptions;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatMessages;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.files.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A GGUF model that Blossom's own engine runs, loaded when it is first asked. Answers depend on
 * nothing but the request: where it has no seed, one is made of it, so that another attempt draws
 * another answer, and the same one the same.
 */
final class LocalTeacher implements DirectTeacher {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int READ_AT_EITHER_END = 1 << 20;

  private final LocalSettings settings;
  private final String base;
  private final Semaphore places;
  private final ReentrantLock loading = new ReentrantLock();
  private @Nullable Loaded loaded;
  private boolean closed;

  private final ReentrantLock scoring = new ReentrantLock();

  private record Loaded(
      LanguageModel model, Scheduler scheduler, Optional<LocalPrompt> prompt, LocalScorer scorer) {}

  /**
   * @throws DataException if the file cannot be read or the parameters are wrong
   */
  LocalTeacher(LocalSettings settings) {
    this.settings = settings;
    this.base = TeacherSettings.LOCAL + fingerprint(settings.file());
    this.places = new Semaphore(settings.concurrency(), true);
    new LocalParameters(settings.name(), settings.parameters()); // checks them
  }

  /** Of the content, so that a file may move, and another one under its name is another model. */
  private static String fingerprint(Path file) {
    MessageDigest digest = Sha256.start();
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      int piece = (int) Math.min(size, READ_AT_EITHER_END);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
      digest.update(read(channel, 0, piece));
      digest.update(read(channel, size - piece, piece));
    } catch (IOException e) {
      throw new DataException(file + ": the model cannot be read: " + e, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
    return bytes.flip();
  }

  @Override
  public String base() {
    return base;
  }

  @Override
  public String model() {
    return "";
  }

  @Override
  public Map<String, @Nullable Object> chatBody(CompletionRequest request) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>(settings.parameters());
    body.putAll(request.parameters());
    LocalParameters parameters = new LocalParameters(settings.name(), body);
    Map<String, @Nullable Object> whole = new LinkedHashMap<>();
    whole.put("messages", request.messages().stream().map(ChatMessages::toMap).toList());
    whole.put("parameters", parameters.values());
    whole.put("attempt", request.attempt());
    request.schema().ifPresent(schema -> whole.put("schema", schema));
    return whole;
  }

  @Override
  public long completionTokens(Map<String, ? extends @Nullable Object> body) {
    int most = parameters(body).maxTokens();
    return most > 0 ? most : 1024;
  }

  private LocalParameters parameters(Map<String, ? extends @Nullable Object> body) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (body.get("parameters") instanceof Map<?, ?> found) {
      found.forEach((name, value) -> values.put(String.valueOf(name), value));
    }
    return new LocalParameters(settings.name(), values);
  }

  @Override
  public CachedCall chat(Map<String, ? extends @Nullable Object> body, String key)
      throws InterruptedException {
    LocalParameters parameters = parameters(body);
    List<ChatMessage> messages = ChatMessages.fromList(body.get("messages"));
    places.acquire();
    try {
      Loaded ready = load();
      Optional<SchemaDialogue> dialogue = SchemaDialogue.of(body.get("schema"), messages);
      if (dialogue.isEmpty()) {
        return call(answer(ready, messages, parameters, seed(key)), Usage.NONE);
      }
      return structured(ready, dialogue.get(), parameters, seed(key));
    } catch (ModelException e) {
      throw new TeacherException("teacher " + settings.name() + ": " + e.getMessage(), e);
    } finally {
      places.release();
    }
  }

  private CachedCall structured(
      Loaded ready, SchemaDialogue dialogue, LocalParameters parameters, long seed)
      throws InterruptedException {
    List<ChatMessage> asked = dialogue.question();
    Usage before = Usage.NONE;
    for (int i = 1; ; i++) {
      Answer answer = answer(ready, asked, parameters, seed + i);
      SchemaDialogue.Reading reading = dialogue.read(answer.message().content());
      if (reading.json().isPresent()) {
        return call(answer.saying(reading.json().get()), before);
      }
      if (i == SchemaDialogue.MOST_ANSWERS) {
        return call(answer, before);
      }
      before = before.plus(answer.usage());
      asked = dialogue.again(answer.message().content(), reading.fault());
    }
  }

  private record Answer(ChatMessage message, String finish, Usage usage) {
    Answer saying(String text) {
      ChatMessage other =
          new ChatMessage(
              Role.ASSISTANT,
              text,
              message.reasoning(),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Map.of());
      return new Answer(other, "stop", usage);
    }
  }

  private Answer answer(
      Loaded ready, List<ChatMessage> messages, LocalParameters parameters, long seed)
      throws InterruptedException {
    LocalPrompt.Rendered prompt = prompt(ready).render(messages, parameters);
    GenerationOptions options =
        parameters.options(ready.model.defaultSampling(), seed, prompt.stop());
    Generation answer = generate(ready.scheduler, prompt.tokens(), options);
    if (answer.finishReason() == FinishReason.CANCELLED) {
      throw new TeacherException("teacher " + settings.name() + ": it was closed", 0);
    }
    return new Answer(
        LocalPrompt.message(prompt.text(), answer.text()),
        answer.finishReason() == FinishReason.STOP ? "stop" : "length",
        new Usage(answer.promptTokens(), 0, answer.tokens().size()));
  }

  private LocalPrompt prompt(Loaded ready) {
    return ready.prompt.orElseThrow(() ->
        new DataException(
            "teacher "
                + settings.name()
                + ": "
                + settings.file()
                + ": this model has no chat template, so it cannot hold a conversation"));
  }

  private static long seed(String key) {
    return Long.parseUnsignedLong(key.substring(0, 16), 16) >>> 2;
  }

  private Generation generate(Scheduler scheduler, int[] prompt, GenerationOptions options)
      throws InterruptedException {
    Scheduler.Request request;
    try {
      request = scheduler.submit(prompt, options, GenerationListener.NONE);
    } catch (ContextLengthException | IllegalArgumentException | IllegalStateException e) {
      throw new TeacherException("teacher " + settings.name() + ": " + e.getMessage(), e);
    }
    try {
      return request.completion().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TeacherException("teacher " + settings.name() + ": " + cause.getMessage(), cause);
    } finally {
      request.cancel(); // does nothing where it has ended
    }
  }

  private static CachedCall call(Answer answer, Usage before) {
    Usage usage = answer.usage().plus(before);
    Map<String, Object> counts =
        Map.of("prompt_tokens", usage.prompt(), "completion_tokens", usage.completion());
    Map<String, Object> choice =
        Map.of("message", ChatMessages.toMap(answer.message()), "finish_reason", answer.finish());
    byte[] json = JSON.writeValueAsBytes(Map.of("choices", List.of(choice), "usage", counts));
    return new CachedCall(CachedCall.ANSWERED, json);
  }

  /** Everything that the scores of {@code request} depend on, as JSON values. */
  Map<String, @Nullable Object> scoreBody(ScoreRequest request) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("text", request.text());
    body.put("context_length", settings.contextLength());
    request
        .history()
        .ifPresent(history -> {
          body.put("messages", history.stream().map(ChatMessages::toMap).toList());
          body.put("parameters", scoreParameters(request).values());
        });
    return body;
  }

  /** Those of the teacher that change what a conversation looks like. */
  private LocalParameters scoreParameters(ScoreRequest request) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put(LocalParameters.VARIABLES, settings.parameters().get(LocalParameters.VARIABLES));
    if (!request.tools().isEmpty()) {
      values.put(LocalParameters.TOOLS, request.tools());
    }
    return new LocalParameters(settings.name(), values);
  }

  /**
   * Natural logarithms of the probabilities of a text's tokens: see {@link TextScore}.
   *
   * @throws TeacherException if a conversation is longer than the context
   */
  float[] score(ScoreRequest request) throws InterruptedException {
    scoring.lockInterruptibly();
    try {
      Loaded ready = load();
      if (request.history().isEmpty()) {
        return ready.scorer.alone(request.text());
      }
      LocalPrompt.Rendered rendered =
          prompt(ready).render(request.history().get(), scoreParameters(request));
      return ready.scorer.after(rendered.tokens(), request.text());
    } catch (ModelException | ContextLengthException | OutOfMemoryException e) {
      throw new TeacherException("teacher " + settings.name() + ": " + e.getMessage(), e);
    } finally {
      scoring.unlock();
    }
  }

  private Loaded load() throws InterruptedException {
    loading.lockInterruptibly();
    try {
      if (closed) {
        throw new TeacherException("teacher " + settings.name() + ": it was closed", 0);
      }
      if (loaded == null) {
        loaded = loadModel();
      }
      return loaded;
    } finally {
      loading.unlock();
    }
  }

  /** A model that cannot be loaded fails the run, not each record. */
  private Loaded loadModel() {
    LoadOptions options =
        LoadOptions.DEFAULT
            .withContextLength(settings.contextLength())
            .withThreads(settings.threads());
    SchedulerOptions sharing =
        SchedulerOptions.DEFAULT
            .withParallel(settings.concurrency())
            .withQueue(settings.concurrency(), settings.concurrency());
    LanguageModel model = null;
    try {
      model = LanguageModel.load(settings.file(), options);
      return new Loaded(
          model, model.newScheduler(sharing), LocalPrompt.of(model), new LocalScorer(model));
    } catch (ModelException | OutOfMemoryException e) {
      if (model != null) {
        model.close();
      }
      throw new DataException("teacher " + settings.name() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Map<String, @Nullable Object> embeddingBody() {
    return Map.of();
  }

  @Override
  public Vectors embed(Map<String, ? extends @Nullable Object> body, List<String> texts) {
    throw new DataException(
        "teacher "
            + settings.name()
            + ": a local model writes text, it makes no vectors; use model: bge-small in place of"
            + " teacher, or a service with an embedding model");
  }

  @Override
  public void close() {
    scoring.lock(); // A score that is being computed reads the weights.
    loading.lock();
    try {
      closed = true;
      if (loaded != null) {
        loaded.scheduler.close();
        loaded.model.close();
        loaded = null;
      }
    } finally {
      loading.unlock();
      scoring.unlock();
    }
  }
}
