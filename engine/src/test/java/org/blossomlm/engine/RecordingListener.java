package org.blossomlm.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Writes down what it hears. */
final class RecordingListener implements GenerationListener {
  final List<String> events = new ArrayList<>();
  final List<String> texts = new ArrayList<>();
  final List<GeneratedToken> tokens = new ArrayList<>();
  private BooleanSupplier cancelled = () -> false;

  /** Cancels once {@code condition} holds. */
  RecordingListener cancelWhen(BooleanSupplier condition) {
    cancelled = condition;
    return this;
  }

  String text() {
    return String.join("", texts);
  }

  @Override
  public void onMessagesDropped(int dropped) {
    events.add("dropped " + dropped);
  }

  @Override
  public void onPrompt(int done, int total) {
    events.add("prompt " + done + "/" + total);
  }

  @Override
  public void onText(String text) {
    texts.add(text);
  }

  @Override
  public void onToken(GeneratedToken token) {
    tokens.add(token);
  }

  @Override
  public void onShift(int discarded) {
    events.add("shift " + discarded);
  }

  @Override
  public boolean cancelled() {
    return cancelled.getAsBoolean();
  }
}
