package org.blossomlm.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Sends what libraries log to standard error, one line each: warnings always, all else with {@code
 * -Dblossom.log=DEBUG}. A back end of its own because java.util.logging prints two lines per record
 * and a logging framework would take a tenth of a second of every start.
 */
public final class ConsoleLoggerFinder extends System.LoggerFinder {
  private static final System.Logger.Level THRESHOLD =
      System.Logger.Level.valueOf(
          System.getProperty("blossom.log", "WARNING").toUpperCase(Locale.ROOT));

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new ConsoleLogger(name);
  }

  private record ConsoleLogger(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      // The JDK's own loggers speak to developers; its warnings are not about the user's model.
      return level != Level.OFF
          && level.getSeverity() >= THRESHOLD.getSeverity()
          && (THRESHOLD != Level.WARNING || name.startsWith("org.blossomlm"));
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        print(level, localised(bundle, message) + (thrown == null ? "" : ": " + thrown));
        if (thrown != null && THRESHOLD.getSeverity() < Level.WARNING.getSeverity()) {
          StringWriter trace = new StringWriter();
          thrown.printStackTrace(new PrintWriter(trace, true));
          System.err.print(trace);
        }
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object... parameters) {
      if (isLoggable(level)) {
        String pattern = localised(bundle, format);
        boolean plain = parameters == null || parameters.length == 0;
        print(level, plain ? pattern : new MessageFormat(pattern, Locale.ROOT).format(parameters));
      }
    }

    private static void print(Level level, String message) {
      String prefix =
          switch (level) {
            case ERROR -> "error: ";
            case WARNING -> "warning: ";
            default -> level.name().toLowerCase(Locale.ROOT) + ": ";
          };
      System.err.println(prefix + message.replaceAll("\\s*\\R\\s*", " "));
    }

    private static String localised(@Nullable ResourceBundle bundle, @Nullable String key) {
      if (key == null) {
        return "";
      }
      try {
        return bundle == null ? key : bundle.getString(key);
      } catch (MissingResourceException e) {
        return key;
      }
    }
  }
}
