package org.blossomlm.engine;

/** More requests are waiting than a {@link Scheduler} lets wait; try again later. */
public final class QueueFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  QueueFullException(String message) {
    super(message);
  }
}
