package org.blossomlm.cli;

/** What the program tells the shell. Documented in {@code blossom --help}. */
public enum ExitCode {
  OK(0),
  /** Anything that has no code of its own. */
  FAILED(1),
  /** The command line is wrong, or names a file that is not there. */
  USAGE(2),
  /** A model, tokenizer or template cannot be used. */
  BAD_MODEL(3),
  /** Model and context do not fit into memory. */
  OUT_OF_MEMORY(4),
  /**
   * A run of a recipe stopped where it can go on later: teacher down, budget used up, disk full.
   */
  UNFINISHED(5),
  /** Ctrl-C; 128 + SIGINT, as shells have it. */
  INTERRUPTED(130);

  private final int status;

  ExitCode(int status) {
    this.status = status;
  }

  int status() {
    return status;
  }
}
