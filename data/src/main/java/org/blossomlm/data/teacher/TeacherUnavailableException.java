package org.blossomlm.data.teacher;

/**
 * A teacher can answer nobody for now: it is down for longer than patience lasts, refuses all keys,
 * has no such model, or asks to wait too long. The message holds what the service said last.
 */
public final class TeacherUnavailableException extends ResumableException {
  private static final long serialVersionUID = 1L;

  TeacherUnavailableException(String message) {
    super(message);
  }
}
