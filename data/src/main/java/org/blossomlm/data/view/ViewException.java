package org.blossomlm.data.view;

import org.blossomlm.data.DataException;

/** A request that cannot be answered; the message is for the person at the page. */
final class ViewException extends DataException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status of HTTP: 400 for a bad request, 404 for something that is not there
   */
  ViewException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
