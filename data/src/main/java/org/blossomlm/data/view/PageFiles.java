package org.blossomlm.data.view;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** The files of the page, which the program brings along. */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "/index.html", "text/html; charset=utf-8",
          "/view.css", "text/css; charset=utf-8",
          "/view.js", "text/javascript; charset=utf-8",
          "/record.js", "text/javascript; charset=utf-8",
          "/difference.js", "text/javascript; charset=utf-8",
          "/words.js", "text/javascript; charset=utf-8",
          "/icon.svg", "image/svg+xml");

  private PageFiles() {}

  /** A file and its type. */
  record PageFile(String type, byte[] bytes) {}

  static Optional<PageFile> find(String path) throws IOException {
    String name = path.equals("/") ? "/index.html" : path;
    String type = TYPES.get(name);
    if (type == null) {
      return Optional.empty();
    }
    try (InputStream in = PageFiles.class.getResourceAsStream(name.substring(1))) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return Optional.of(new PageFile(type, in.readAllBytes()));
    }
  }
}
