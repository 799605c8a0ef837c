package org.blossomlm.train.example;

import org.blossomlm.train.TrainException;

/** No sample can be made of a record. The message names the record, what is wrong and a way out. */
public final class ExampleException extends TrainException {
  private static final long serialVersionUID = 1L;

  private final ExampleNote problem;

  public ExampleException(ExampleNote problem, String message) {
    super(message);
    this.problem = problem;
  }

  public ExampleException(ExampleNote problem, String message, Throwable cause) {
    super(message, cause);
    this.problem = problem;
  }

  public ExampleNote problem() {
    return problem;
  }
}
