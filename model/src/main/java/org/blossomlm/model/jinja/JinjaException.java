package org.blossomlm.model.jinja;

import java.util.OptionalInt;
import org.blossomlm.model.ModelException;

/**
 * A template cannot be compiled or rendered: a syntax error, an operation that Python would refuse,
 * {@code raise_exception}, an unsafe attribute, or a limit of {@link JinjaLimits}. The message
 * starts with the line of the template where that is known.
 */
public final class JinjaException extends ModelException {
  private static final long serialVersionUID = 1L;
  private static final int UNKNOWN_LINE = 0;

  private final String reason;
  private final int line;

  JinjaException(String reason) {
    super(reason);
    this.reason = reason;
    this.line = UNKNOWN_LINE;
  }

  JinjaException(String reason, int line) {
    super("template line " + line + ": " + reason);
    this.reason = reason;
    this.line = line;
  }

  private JinjaException(JinjaException cause, int line) {
    super("template line " + line + ": " + cause.reason, cause);
    this.reason = cause.reason;
    this.line = line;
  }

  /** What went wrong without the line: for {@code raise_exception(message)}, the message alone. */
  public String reason() {
    return reason;
  }

  /** The 1-based line of the template; empty where the error belongs to no line. */
  public OptionalInt line() {
    return line == UNKNOWN_LINE ? OptionalInt.empty() : OptionalInt.of(line);
  }

  /** This error at {@code templateLine}, unless a more exact line is known already. */
  JinjaException at(int templateLine) {
    return line == UNKNOWN_LINE ? new JinjaException(this, templateLine) : this;
  }
}
