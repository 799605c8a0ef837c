package org.blossomlm.cli.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.blossomlm.cli.terminal.AnswerSink;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.engine.GenerationListener;

/** Shows an answer while it is made, and how far the prompt was read before it began. */
public final class AnswerListener implements GenerationListener {
  private final AnswerSink sink;
  private final StatusLine status;
  private final Messages messages;
  private final AtomicBoolean cancelled;
  private int discarded;
  private int droppedMessages;

  /**
   * @param cancelled becomes true when the user has had enough
   */
  public AnswerListener(
      AnswerSink sink, StatusLine status, Messages messages, AtomicBoolean cancelled) {
    this.sink = sink;
    this.status = status;
    this.messages = messages;
    this.cancelled = cancelled;
    status.begin();
  }

  @Override
  public void onPrompt(int done, int total) {
    if (done < total) {
      status.show(messages.text("status.prompt", done, total, 100L * done / total));
    }
  }

  @Override
  public void onText(String text) {
    status.clear();
    sink.write(text);
  }

  @Override
  public void onShift(int tokens) {
    discarded += tokens;
  }

  @Override
  public void onMessagesDropped(int dropped) {
    droppedMessages = dropped;
  }

  /** What the user has to know about how the answer fitted into the context; often nothing. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (droppedMessages > 0) {
      notes.add(messages.text("note.dropped", droppedMessages));
    }
    if (discarded > 0) {
      notes.add(messages.text("note.shifted", discarded));
    }
    return notes;
  }

  @Override
  public boolean cancelled() {
    return cancelled.get();
  }
}
