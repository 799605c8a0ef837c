package org.blossomlm.engine;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.engine.kernels.KernelProvider;
import org.blossomlm.engine.kernels.Kernels;
import org.blossomlm.engine.kernels.KvType;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.adapter.AdapterException;
import org.blossomlm.model.adapter.LoraAdapter;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.safetensors.SafetensorsException;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A GGUF file with a decoder, a tokenizer and a template. */
final class GgufLanguageModel implements LanguageModel {
  private static final int DEFAULT_CONTEXT = 4096;
  private static final int DEFAULT_CHUNK = 512;

  /** Full contexts that the KV cache has room for if memory allows. */
  private static final long DEFAULT_CONTEXTS = 16;

  private final GgufFile file;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final Arena packed = Arena.ofShared();
  private final SharedDecoder decoder;
  private final int contextLength;
  private final int chunkSize;
  private final KvPagePool kvPages;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over {@code file} if it returns normally. */
  private GgufLanguageModel(
      GgufFile file, LoadOptions options, Kernels kernels, LoadListener listener) {
    this.file = file;
    this.kernels = kernels;
    Architecture architecture = Architecture.of(file.metadata());
    Adapter adapter =
        options.adapter().map(f -> adapter(f, architecture, file)).orElse(Adapter.NONE);
    Weights weights = Weights.of(architecture, adapter.tensors(file.tensors()), Arena.ofAuto());
    tokenizer = Tokenizer.fromGguf(file.metadata());
    if (tokenizer.vocabularySize() > weights.vocabulary()) {
      throw new ModelException(
          "tokenizer.ggml.tokens has %d entries but token_embd.weight has only %d rows"
              .formatted(tokenizer.vocabularySize(), weights.vocabulary()));
    }
    template = ChatTemplates.find(file.metadata());
    contextLength =
        options.contextLength() > 0
            ? options.contextLength()
            : Math.min(DEFAULT_CONTEXT, architecture.trainedContext());
    chunkSize =
        Math.min(contextLength, options.chunkSize() > 0 ? options.chunkSize() : DEFAULT_CHUNK);
    KvLayout layout = KvLayout.of(architecture, kvType(options, architecture));
    long context = layout.bytes(contextLength);
    MemoryNeed need =
        new MemoryNeed(
            file.fileBytes()
                + adapter.bytes()
                + (options.pack() ? WeightPacker.extraBytes(kernels, weights) : 0),
            Math.max(context, options.kvCacheBytes()),
            Activations.bytes(architecture, kernels, weights.vocabulary(), chunkSize));
    long available = Machine.availableMemory();
    need.check(available, contextLength);
    kvPages = new KvPagePool(layout, kvBudget(options, context, available - need.total()));
    pool = new WorkerPool(options.threads() > 0 ? options.threads() : Machine.physicalCores());
    try {
      Weights ready =
          options.pack()
              ? new WeightPacker(kernels, pool, packed, listener).pack(weights)
              : weights;
      decoder =
          new SharedDecoder(
              new Decoder(architecture, ready, kernels, pool, adapter, options.observer()), pool);
    } catch (RuntimeException | Error e) {
      pool.close();
      packed.close();
      throw e;
    }
  }

  private static Adapter adapter(Path folder, Architecture architecture, GgufFile file) {
    try (LoraAdapter adapter = LoraAdapter.open(folder)) {
      return Adapter.of(adapter, architecture, file.tensors(), Arena.ofAuto());
    }
  }

  /** A sequence that is alone must never lack memory, so a full context is the least. */
  private long kvBudget(LoadOptions options, long context, long free) {
    if (options.kvCacheBytes() == 0) {
      return context + Math.clamp(free / 2, 0, (DEFAULT_CONTEXTS - 1) * context);
    }
    if (options.kvCacheBytes() < context) {
      throw new IllegalArgumentException(
          "kvCacheBytes: found %d, allowed is at least %d, the keys and values of one context of %d tokens"
              .formatted(options.kvCacheBytes(), context, contextLength));
    }
    return options.kvCacheBytes();
  }

  private static KvType kvType(LoadOptions options, Architecture architecture) {
    if (!options.kvType().holds(architecture.headSize())) {
      throw new IllegalArgumentException(
          "keys and values cannot be stored as %s: the model's heads have %d elements, not a multiple of 32; use f16"
              .formatted(options.kvType().id(), architecture.headSize()));
    }
    return options.kvType();
  }

  static GgufLanguageModel load(Path path, LoadOptions options, LoadListener listener) {
    Kernels kernels = KernelProvider.choose(options.kernels()).kernels();
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufLanguageModel(file, options, kernels, listener);
    } catch (InternalError e) {
      file.close();
      throw new ModelException(path + ": the file was shortened while it was read", e);
    } catch (RuntimeException e) {
      file.close();
      // Readers of single fields do not know which file these came from.
      // Those of an adapter do.
      boolean named = e instanceof AdapterException || e instanceof SafetensorsException;
      throw e instanceof ModelException && !named
          ? new ModelException(path + ": " + e.getMessage(), e)
          : e;
    }
  }

  @Override
  public GgufFile file() {
    return file;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public Optional<ChatTemplate> chatTemplate() {
    return template;
  }

  @Override
  public SamplingOptions defaultSampling() {
    String name = file.metadata().string("general.name").orElse("");
    return name.toLowerCase(Locale.ROOT).contains("blossom")
        ? SamplingOptions.BLOSSOM
        : SamplingOptions.DEFAULT;
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int trainedContextLength() {
    return decoder.architecture().trainedContext();
  }

  @Override
  public int threads() {
    return pool.threads();
  }

  @Override
  public String kernels() {
    return kernels.name();
  }

  @Override
  public Session newSession() {
    return new DecoderSession(newSequence(), tokenizer);
  }

  private Sequence newSequence() {
    return new Sequence(decoder, kvPages, contextLength, chunkSize);
  }

  @Override
  public Scheduler newScheduler(SchedulerOptions options) {
    // Memory was planned for passes of chunkSize.
    int most = Math.min(options.promptTokens(), chunkSize);
    return new BatchScheduler(
        decoder,
        kvPages,
        tokenizer,
        this::newSequence,
        contextLength,
        options.withPromptTokens(most, Math.min(most, options.promptTokensBesideAnswers())));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      decoder.close();
      kvPages.close();
      pool.close();
      packed.close();
      file.close();
    }
  }
}
