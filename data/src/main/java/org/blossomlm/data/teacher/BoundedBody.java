package org.blossomlm.data.teacher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a response body up to a limit, and knows when the last piece of it came. */
final class BoundedBody implements BodySubscriber<byte[]> {
  private final long most;
  private final Runnable onPiece;
  private final boolean stream;
  private final Received bytes = new Received();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;

  /** The body has more bytes than allowed. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    TooLarge(long most) {
      super("the answer has more than " + most + " bytes (max_response_bytes)");
    }
  }

  /**
   * @param stream whether the body is one of events, which is over with {@code [DONE]} even where
   *     the service leaves the connection open
   */
  BoundedBody(long most, boolean stream, Runnable onPiece) {
    this.most = most;
    this.stream = stream;
    this.onPiece = onPiece;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    onPiece.run();
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    if (body.isDone()) {
      stop(); // more than an answer
      return;
    }
    onPiece.run();
    for (ByteBuffer piece : pieces) {
      if (bytes.size() + (long) piece.remaining() > most) {
        body.completeExceptionally(new TooLarge(most));
        stop();
        return;
      }
      byte[] copy = new byte[piece.remaining()];
      piece.get(copy);
      bytes.writeBytes(copy);
    }
    if (stream && bytes.endsWithDone()) {
      body.complete(bytes.toByteArray());
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toByteArray());
  }

  private void stop() {
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private static final class Received extends ByteArrayOutputStream {
    private static final int LONGEST_DONE = 32;

    /** Whether the last line is {@code data: [DONE]}; a text with these characters is not. */
    synchronized boolean endsWithDone() {
      int from = Math.max(0, count - LONGEST_DONE);
      String tail = new String(buf, from, count - from, StandardCharsets.ISO_8859_1).strip();
      String line = tail.substring(tail.lastIndexOf('\n') + 1);
      return line.equals("data: [DONE]") || line.equals("data:[DONE]");
    }
  }
}
