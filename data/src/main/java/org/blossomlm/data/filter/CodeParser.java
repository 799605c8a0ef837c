package org.blossomlm.data.filter;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** Languages with a parser at hand. Nothing is resolved, compiled or run. */
enum CodeParser {
  JAVA {
    @Override
    boolean parses(String code) {
      JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
      // A run-time image without a compiler cannot tell, and what cannot be told is no fault.
      return compiler == null
          || JAVA_FRAMES.stream().anyMatch(frame -> isJava(compiler, frame, code));
    }
  },
  JSON {
    @Override
    boolean parses(String code) {
      // An example may show several values, one after the other.
      try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), code)) {
        return drains(parser);
      } catch (JacksonException e) {
        return false;
      }
    }
  },
  YAML {
    @Override
    boolean parses(String code) {
      try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), code)) {
        return drains(parser);
      } catch (JacksonException e) {
        return false;
      }
    }
  };

  /** A file, members of a class, or statements of a method: an answer shows any of them. */
  private static final List<String> JAVA_FRAMES =
      List.of("%s", "class Shown { %s\n}", "class Shown { void shown() throws Exception { %s\n} }");

  abstract boolean parses(String code);

  /** The parser for what a code block says it is. */
  static Optional<CodeParser> of(String language) {
    return switch (language) {
      case "java" -> Optional.of(JAVA);
      case "json" -> Optional.of(JSON);
      case "yaml", "yml" -> Optional.of(YAML);
      default -> Optional.empty();
    };
  }

  private static boolean drains(JsonParser parser) {
    while (parser.nextToken() != null) {
      // The tokens do not matter, only that they can be read.
    }
    return true;
  }

  private static boolean isJava(JavaCompiler compiler, String frame, String code) {
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    String source = frame.replace("%s", code);
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Shown.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    JavacTask task =
        (JavacTask)
            compiler.getTask(null, null, diagnostics, List.of("-proc:none"), null, List.of(file));
    try {
      task.parse().forEach(unit -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return diagnostics.getDiagnostics().stream()
        .noneMatch(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR);
  }
}
