package org.blossomlm.data.teacher;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A teacher for tests that speaks real HTTP and does what a script says: answer, refuse, or
 * misbehave on the wire. Without a script it answers at once with the last message.
 *
 * <pre>{@code
 * try (var server = FakeTeacherServer.start()) {
 *   server.next(Reply.status(429, "slow down").with("Retry-After", "1")); // the first request
 *   server.answer(call -> Reply.text("echo: " + call.lastText()));        // all others
 *   ... ServiceSettings.of("fake", "any-model", server.base()) ...
 *   assertThat(server.calls()).hasSize(2);
 * }
 * }</pre>
 */
public final class FakeTeacherServer implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MOST_BODY_BYTES = 64 << 20;

  private final ServerSocket socket;
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Queue<Reply> script = new ConcurrentLinkedQueue<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();
  private volatile Function<Call, Reply> answer = call -> Reply.text(call.lastText());
  private volatile boolean recording = true;

  private FakeTeacherServer(ServerSocket socket) {
    this.socket = socket;
  }

  /** Starts on a free port of this machine. */
  public static FakeTeacherServer start() {
    return start(0);
  }

  /** Starts on {@code port}, say one that a closed server had. */
  public static FakeTeacherServer start(int port) {
    try {
      ServerSocket socket = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
      FakeTeacherServer server = new FakeTeacherServer(socket);
      Thread.ofVirtual().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** Its address, up to {@code /v1}. */
  public URI base() {
    return URI.create("http://127.0.0.1:" + port() + "/v1");
  }

  /** What it does where the script is at its end. */
  public FakeTeacherServer answer(Function<Call, Reply> answer) {
    this.answer = answer;
    return this;
  }

  /** Replies for the next requests, one each. */
  public FakeTeacherServer next(Reply... replies) {
    script.addAll(List.of(replies));
    return this;
  }

  /** Forgets requests from now on, for measurements. */
  public FakeTeacherServer withoutRecording() {
    recording = false;
    return this;
  }

  /** Requests so far, in the order in which they came. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /** The most requests that were under way at the same time. */
  public int mostUnderWay() {
    return mostUnderWay.get();
  }

  /**
   * A request.
   *
   * @param headers names in lower case
   * @param nanoTime when it was complete
   */
  public record Call(
      String path, Map<String, String> headers, Map<String, Object> body, long nanoTime) {
    /** The text of the last message. */
    public String lastText() {
      return body.get("messages") instanceof List<?> messages
              && messages.getLast() instanceof Map<?, ?> message
          ? String.valueOf(message.get("content"))
          : "";
    }

    public boolean stream() {
      return Boolean.TRUE.equals(body.get("stream"));
    }

    /** Texts to embed. */
    public List<String> inputs() {
      return body.get("input") instanceof List<?> inputs
          ? inputs.stream().map(String::valueOf).toList()
          : List.of();
    }
  }

  /**
   * What is sent back.
   *
   * @param pieces of the body, sent one by one
   * @param pauseMillis before each piece
   * @param length what {@code Content-Length} says; -1 sends chunks
   * @param form what happens on the wire
   */
  public record Reply(
      int status,
      Map<String, String> headers,
      List<byte[]> pieces,
      long pauseMillis,
      long length,
      Form form) {
    /** What happens on the wire. */
    public enum Form {
      WHOLE,
      /** The connection ends where the pieces do, whatever was promised. */
      CUT,
      /** The pieces are everything: no status line, no headers. */
      RAW,
      /** No byte comes. */
      SILENT,
      /** After the pieces nothing comes, whatever was promised, and the connection stays open. */
      OPEN,
      /** The pieces come again and again. */
      ENDLESS
    }

    /** An answer; as events if the request wants a stream. */
    public static Reply text(String text) {
      return message(Map.of("role", "assistant", "content", text), "stop");
    }

    /** An answer with a message of any kind. */
    public static Reply message(Map<String, ?> message, String finish) {
      int completion = String.valueOf(message.get("content")).length();
      return json(
          Map.of(
              "id",
              "fake",
              "choices",
              List.of(Map.of("index", 0, "message", message, "finish_reason", finish)),
              "usage",
              Map.of("prompt_tokens", 10, "completion_tokens", completion)));
    }

    /** A vector of three numbers for each text: its length, its first character, one. */
    public static Reply vectors(Call call) {
      List<String> texts = call.inputs();
      List<Map<String, Object>> data = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        String text = texts.get(i);
        List<Integer> vector = List.of(text.length(), text.isEmpty() ? 0 : (int) text.charAt(0), 1);
        data.add(Map.of("index", i, "embedding", vector));
      }
      return json(Map.of("data", data, "usage", Map.of("prompt_tokens", 5 * texts.size())));
    }

    /** A body with status 200. */
    public static Reply json(Object body) {
      return of(200, "application/json", JSON.writeValueAsBytes(body));
    }

    public static Reply status(int status, String body) {
      return of(status, "text/plain", body.getBytes(StandardCharsets.UTF_8));
    }

    /** Events, each as a piece of its own. */
    public static Reply events(String... data) {
      List<byte[]> pieces =
          Stream.of(data)
              .map(each -> ("data: " + each + "\n\n").getBytes(StandardCharsets.UTF_8))
              .toList();
      return new Reply(200, Map.of("Content-Type", "text/event-stream"), pieces, 0, -1, Form.WHOLE);
    }

    /** No HTTP at all. */
    public static Reply garbage() {
      byte[] noise = "\u0016\u0003\u0001 this is no HTTP\r\n\r\n".getBytes(StandardCharsets.UTF_8);
      return new Reply(0, Map.of(), List.of(noise), 0, -1, Form.RAW);
    }

    /** The connection is closed without a word. */
    public static Reply down() {
      return new Reply(0, Map.of(), List.of(), 0, -1, Form.RAW);
    }

    /** The connection stays open without a word. */
    public static Reply silence() {
      return new Reply(0, Map.of(), List.of(), 0, -1, Form.SILENT);
    }

    /** A body without end. */
    public static Reply huge() {
      byte[] piece = "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
      return new Reply(
          200, Map.of("Content-Type", "application/json"), List.of(piece), 0, -1, Form.ENDLESS);
    }

    private static Reply of(int status, String type, byte[] body) {
      return new Reply(
          status, Map.of("Content-Type", type), List.of(body), 0, body.length, Form.WHOLE);
    }

    public Reply with(String header, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(header, value);
      return new Reply(status, more, pieces, pauseMillis, length, form);
    }

    /** The same, one byte at a time (slow loris). */
    public Reply slowly(long pauseMillis) {
      List<byte[]> bytes = new ArrayList<>();
      for (byte[] piece : pieces) {
        for (byte b : piece) {
          bytes.add(new byte[] {b});
        }
      }
      return new Reply(status, headers, bytes, pauseMillis, length, form);
    }

    /** The same, after a while. */
    public Reply after(long millis) {
      return new Reply(status, headers, pieces, millis, length, form);
    }

    /** The connection breaks after {@code bytes} of the body, with all of it promised. */
    public Reply truncatedAt(int bytes) {
      byte[] all = pieces.getFirst();
      byte[] begin = Arrays.copyOf(all, Math.min(bytes, all.length));
      return new Reply(status, headers, List.of(begin), pauseMillis, length, Form.CUT);
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connection.setTcpNoDelay(true);
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = new BufferedOutputStream(connection.getOutputStream());
      boolean open = true;
      while (open) {
        Call call = read(in);
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try {
          open = reply(call, out);
        } finally {
          underWay.decrementAndGet();
        }
      }
    } catch (IOException | InterruptedException e) {
      // The client went away, which is its right.
    } finally {
      connections.remove(connection);
    }
  }

  private boolean reply(Call call, OutputStream out) throws IOException, InterruptedException {
    Reply scripted = script.poll();
    if (recording) {
      calls.add(call);
    }
    Reply reply = scripted != null ? scripted : answer.apply(call);
    if (call.stream() && reply.status() == 200 && isAnswer(reply)) {
      reply = asEvents(reply);
    }
    switch (reply.form()) {
      case SILENT -> {
        Thread.sleep(3_600_000);
        return false;
      }
      case RAW -> {
        for (byte[] piece : reply.pieces()) {
          out.write(piece);
        }
        out.flush();
        return false;
      }
      case WHOLE, CUT, OPEN, ENDLESS -> {}
    }
    boolean chunked = reply.length() < 0;
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Fake\r\n");
    reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append(
        chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + reply.length() + "\r\n");
    if (reply.pauseMillis() > 0) {
      out.flush();
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    do {
      for (byte[] piece : reply.pieces()) {
        if (reply.pauseMillis() > 0) {
          out.flush();
          Thread.sleep(reply.pauseMillis());
        }
        if (chunked) {
          out.write(
              (Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(piece);
        if (chunked) {
          out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
      }
    } while (reply.form() == Reply.Form.ENDLESS);
    if (chunked && reply.form() == Reply.Form.WHOLE) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.flush();
    if (reply.form() == Reply.Form.OPEN) {
      Thread.sleep(3_600_000);
    }
    return reply.form() == Reply.Form.WHOLE;
  }

  private static boolean isAnswer(Reply reply) {
    return reply.form() == Reply.Form.WHOLE
        && "application/json".equals(reply.headers().get("Content-Type"));
  }

  /** One event for each character of the text, and what else a service sends. */
  private static Reply asEvents(Reply reply) {
    Map<?, ?> body = JSON.readValue(reply.pieces().getFirst(), Map.class);
    if (!(body.get("choices") instanceof List<?> choices)
        || !(choices.getFirst() instanceof Map<?, ?> choice)
        || !(choice.get("message") instanceof Map<?, ?> message)) {
      return reply; // no answer
    }
    List<String> events = new ArrayList<>();
    Map<String, Object> others = new TreeMap<>();
    message.forEach((name, value) -> others.put(String.valueOf(name), value));
    others.remove("content");
    events.add(delta(others, null));
    String.valueOf(message.get("content"))
        .codePoints()
        .forEach(c -> events.add(delta(Map.of("content", Character.toString(c)), null)));
    events.add(delta(Map.of(), String.valueOf(choice.get("finish_reason"))));
    events.add(JSON.writeValueAsString(Map.of("choices", List.of(), "usage", body.get("usage"))));
    events.add("[DONE]");
    Reply stream = Reply.events(events.toArray(String[]::new));
    return new Reply(200, stream.headers(), stream.pieces(), reply.pauseMillis(), -1, reply.form());
  }

  /** An event of a stream. */
  public static String delta(Map<String, ?> delta, @Nullable String finish) {
    Map<String, Object> choice = new TreeMap<>(Map.of("index", 0, "delta", delta));
    if (finish != null) {
      choice.put("finish_reason", finish);
    }
    return JSON.writeValueAsString(Map.of("choices", List.of(choice)));
  }

  private static Call read(InputStream in) throws IOException {
    String request = line(in);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    if (length > MOST_BODY_BYTES) {
      throw new IOException("a request of " + length + " bytes");
    }
    byte[] body = in.readNBytes(length);
    @SuppressWarnings("unchecked") // JSON objects have texts as keys
    Map<String, Object> json = length == 0 ? Map.of() : JSON.readValue(body, Map.class);
    return new Call(request.split(" ")[1], headers, json, System.nanoTime());
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException();
      }
      if (c == '\n') {
        return line.toString();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
  }

  /** Ends at once, with all connections. */
  @Override
  public void close() {
    try {
      socket.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
