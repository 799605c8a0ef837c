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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.blossomlm.data.DataException;
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

  private record Loaded(LanguageModel model, Scheduler scheduler, LocalPrompt prompt) {}

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
      LocalPrompt.Rendered prompt = ready.prompt.render(messages, parameters);
      GenerationOptions options = parameters.options(ready.model.defaultSampling(), seed(key));
      Generation answer = generate(ready.scheduler, prompt.tokens(), options);
      if (answer.finishReason() == FinishReason.CANCELLED) {
        throw new TeacherException("teacher " + settings.name() + ": it was closed", 0);
      }
      return new CachedCall(CachedCall.ANSWERED, json(prompt.text(), answer));
    } catch (ModelException e) {
      throw new TeacherException("teacher " + settings.name() + ": " + e.getMessage(), e);
    } finally {
      places.release();
    }
  }

  private static long seed(String key) {
    return Long.parseUnsignedLong(key.substring(0, 16), 16) >>> 1;
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

  private static byte[] json(String prompt, Generation answer) {
    Map<String, @Nullable Object> message =
        ChatMessages.toMap(LocalPrompt.message(prompt, answer.text()));
    String finish = answer.finishReason() == FinishReason.STOP ? "stop" : "length";
    Map<String, Object> usage =
        Map.of("prompt_tokens", answer.promptTokens(), "completion_tokens", answer.tokens().size());
    return JSON.writeValueAsBytes(
        Map.of(
            "choices",
            List.of(Map.of("message", message, "finish_reason", finish)),
            "usage",
            usage));
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
      LocalPrompt prompt = new LocalPrompt(model);
      return new Loaded(model, model.newScheduler(sharing), prompt);
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
            + ": a local model writes text, it makes no vectors; use a service with an embedding"
            + " model");
  }

  @Override
  public void close() {
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
    }
  }
}
