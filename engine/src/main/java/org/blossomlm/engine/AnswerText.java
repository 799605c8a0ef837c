package org.blossomlm.engine;

import org.blossomlm.model.tokenizer.TokenStreamDecoder;

/** From the tokens of an answer to its text: whole characters, up to a stop string, streamed. */
final class AnswerText {
  private final TokenStreamDecoder decoder;
  private final StopStrings stops;
  private final GenerationListener listener;
  private final StringBuilder text = new StringBuilder();

  AnswerText(TokenStreamDecoder decoder, StopStrings stops, GenerationListener listener) {
    this.decoder = decoder;
    this.stops = stops;
    this.listener = listener;
  }

  /** Returns whether a stop string is complete. */
  boolean accept(int token) {
    emit(stops.accept(decoder.accept(token)));
    return stops.found();
  }

  /**
   * Emits what was held back: half a character as U+FFFD, the beginning of a stop string as the
   * text it turned out to be. Returns whether those last characters completed a stop string.
   */
  boolean finish() {
    emit(stops.accept(decoder.finish()));
    emit(stops.finish());
    return stops.found();
  }

  private void emit(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.onText(piece);
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
