package org.blossomlm.data.view;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;

/**
 * Serves a page that shows records, to this machine only: it listens on 127.0.0.1, and answers only
 * requests that call it by that name or {@code localhost}, so that no page of another site reaches
 * it by a name of its own (DNS rebinding). Records are untrusted: they travel as JSON, become text
 * and never markup, and the policy of the page allows no script but its own.
 */
public final class DataView implements AutoCloseable {
  /** The port unless another is asked for; links to records stay valid from one day to the next. */
  public static final int USUAL_PORT = 8642;

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final System.Logger LOG = System.getLogger(DataView.class.getName());

  private final List<ViewedFile> files;
  private final Indexing indexing = new Indexing();
  private final ViewRequests requests;
  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> hosts;

  private DataView(List<ViewedFile> files, HttpServer server) {
    this.files = files;
    this.server = server;
    requests = new ViewRequests(files, indexing);
    int port = server.getAddress().getPort();
    hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
  }

  /**
   * Opens files, and serves them until {@link #close}.
   *
   * @param arguments files, folders, globs, members of archives, and folders of runs
   * @param port 0 for any that is free; if empty, {@link #USUAL_PORT} or any
   * @throws DataException if there is no such file, or the port is taken
   */
  public static DataView open(List<String> arguments, OptionalInt port) {
    var view = new DataView(ViewedFiles.of(arguments), listen(port));
    view.begin();
    return view;
  }

  private static HttpServer listen(OptionalInt port) {
    try {
      InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      try {
        return HttpServer.create(new InetSocketAddress(here, port.orElse(USUAL_PORT)), 0);
      } catch (BindException e) {
        if (port.isEmpty()) {
          return HttpServer.create(new InetSocketAddress(here, 0), 0);
        }
        throw new DataException(
            "port %d is taken; choose another with --port, or leave it out"
                .formatted(port.getAsInt()),
            e);
      }
    } catch (IOException e) {
      throw new DataException("cannot listen on 127.0.0.1: " + e.getMessage(), e);
    }
  }

  private void begin() {
    server.createContext("/", this::handle);
    server.setExecutor(executor);
    server.start();
    indexing.begin(files);
  }

  /** Where the page is. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      secure(exchange.getResponseHeaders());
      String host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !hosts.contains(host)) {
        send(exchange, 403, Map.of("error", "unknown host"));
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, 405, Map.of("error", "only GET"));
      } else {
        answer(exchange);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "request was not answered", e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (!path.startsWith("/api/")) {
      Optional<PageFiles.PageFile> file = PageFiles.find(path);
      if (file.isPresent()) {
        send(exchange, 200, file.get().type(), file.get().bytes());
      } else {
        send(exchange, 404, Map.of("error", "there is no such page"));
      }
      return;
    }
    try {
      Map<String, String> parameters = parameters(exchange.getRequestURI().getRawQuery());
      send(exchange, 200, requests.answer(path.substring("/api/".length()), parameters));
    } catch (ViewException e) {
      send(exchange, e.status(), error(e));
    } catch (DataException | IOException e) {
      send(exchange, 500, error(e));
    }
  }

  private static Map<String, @Nullable Object> error(Exception e) {
    return Map.of("error", e.getMessage() == null ? e.toString() : e.getMessage());
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query == null) {
      return parameters;
    }
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      try {
        parameters.put(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      } catch (IllegalArgumentException e) {
        throw new ViewException(400, "a broken address: " + e.getMessage());
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void secure(Headers headers) {
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  private static void send(HttpExchange exchange, int status, Map<String, ?> json)
      throws IOException {
    byte[] bytes = JsonTree.write(json).getBytes(StandardCharsets.UTF_8);
    send(exchange, status, "application/json; charset=utf-8", bytes);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] bytes)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Ends the page. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
    try {
      indexing.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "temporary files were not closed", e);
    }
    files.forEach(file -> file.records().close());
  }
}
