package org.blossomlm.engine;

import java.nio.file.Path;
import java.util.Optional;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * A loaded model. Weights stay in the mapped file; closing releases them. Safe for use by many
 * threads.
 */
public interface LanguageModel extends AutoCloseable {
  /**
   * Loads a GGUF file.
   *
   * @throws org.blossomlm.model.ModelException if the file is damaged or of an unsupported kind
   * @throws OutOfMemoryException if weights and context do not fit into the memory that is free
   */
  static LanguageModel load(Path gguf, LoadOptions options) {
    return load(gguf, options, LoadListener.NONE);
  }

  /** As {@link #load(Path, LoadOptions)}, telling {@code listener} how far it is. */
  static LanguageModel load(Path gguf, LoadOptions options, LoadListener listener) {
    return GgufLanguageModel.load(gguf, options, listener);
  }

  GgufFile file();

  Tokenizer tokenizer();

  /** The template of the file, or Blossom's own where the model needs it; base models have none. */
  Optional<ChatTemplate> chatTemplate();

  /** Blossom's defaults for Blossom models, else Ollama's. */
  SamplingOptions defaultSampling();

  /** Tokens that a session of this model can hold. */
  int contextLength();

  /** Tokens that the model was trained for, as its file says; beyond them answers get worse. */
  int trainedContextLength();

  int threads();

  /** The kernel provider in use, e.g. {@code vector-512}. */
  String kernels();

  /** A new empty sequence with its own KV cache. */
  Session newSession();

  /**
   * Answers many requests at once, on a thread of its own. Close it before the model.
   *
   * @see Scheduler
   */
  Scheduler newScheduler(SchedulerOptions options);

  @Override
  void close();
}
