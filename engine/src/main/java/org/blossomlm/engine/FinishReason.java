package org.blossomlm.engine;

/** Why an answer ended. */
public enum FinishReason {
  /** The model ended its turn, or a stop string appeared. */
  STOP,
  /** The token limit was reached. */
  LENGTH,
  /** No room is left in the context. */
  CONTEXT_FULL,
  /** The listener asked for it. */
  CANCELLED
}
