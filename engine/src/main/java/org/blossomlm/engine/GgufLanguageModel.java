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
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tokenizer.Tokenizer;

/** A GGUF file with a decoder, a tokenizer and a template. */
final class GgufLanguageModel implements LanguageModel {
  private static final int DEFAULT_CONTEXT = 4096;
  private static final int DEFAULT_CHUNK = 512;

  private final GgufFile file;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Kernels kernels;
  private final WorkerPool pool;
  private final SharedDecoder decoder;
  private final int contextLength;
  private final int chunkSize;
  private final KvType kvType;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over {@code file} if it returns normally. */
  private GgufLanguageModel(GgufFile file, LoadOptions options, Kernels kernels) {
    this.file = file;
    this.kernels = kernels;
    Architecture architecture = Architecture.of(file.metadata());
    Weights weights = Weights.of(architecture, file.tensors(), Arena.ofAuto());
    tokenizer = Tokenizer.fromGguf(file.metadata());
    if (tokenizer.vocabularySize() > weights.vocabulary()) {
      throw new ModelException(
          "tokenizer.ggml.tokens has %d entries but token_embd.weight has only %d rows"
              .formatted(tokenizer.vocabularySize(), weights.vocabulary()));
    }
    template = ChatTemplates.find(file.metadata());
    kvType = kvType(options, architecture);
    contextLength =
        options.contextLength() > 0
            ? options.contextLength()
            : Math.min(DEFAULT_CONTEXT, architecture.trainedContext());
    chunkSize =
        Math.min(contextLength, options.chunkSize() > 0 ? options.chunkSize() : DEFAULT_CHUNK);
    new MemoryNeed(
            file.fileBytes(),
            KvCache.bytes(architecture, kvType, contextLength),
            Activations.bytes(architecture, kernels, weights.vocabulary(), chunkSize))
        .check(Machine.availableMemory(), contextLength);
    pool = new WorkerPool(options.threads() > 0 ? options.threads() : Machine.physicalCores());
    decoder =
        new SharedDecoder(new Decoder(architecture, weights, kernels, pool, options.observer()));
  }

  private static KvType kvType(LoadOptions options, Architecture architecture) {
    if (!options.kvType().holds(architecture.headSize())) {
      throw new IllegalArgumentException(
          "keys and values cannot be stored as %s: the model's heads have %d elements, not a multiple of 32; use f16"
              .formatted(options.kvType().id(), architecture.headSize()));
    }
    return options.kvType();
  }

  static GgufLanguageModel load(Path path, LoadOptions options) {
    Kernels kernels = KernelProvider.choose(options.kernels()).kernels();
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufLanguageModel(file, options, kernels);
    } catch (RuntimeException e) {
      file.close();
      // Readers of single fields do not know which file these came from.
      throw e instanceof ModelException ? new ModelException(path + ": " + e.getMessage(), e) : e;
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
    return new DecoderSession(new Sequence(decoder, kvType, contextLength, chunkSize), tokenizer);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      decoder.close();
      pool.close();
      file.close();
    }
  }
}
