package org.blossomlm.train.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keys of a configuration on the command line: {@code --key value} or {@code --key=value}. */
public final class ConfigOptions {
  private ConfigOptions() {}

  /**
   * Values by key.
   *
   * @throws ConfigException if something is no such option, or has no value
   */
  public static Map<String, String> of(List<String> arguments) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--") || argument.length() < 3) {
        throw new ConfigException(
            "\"%s\" is not expected; keys are given as --key value".formatted(argument));
      }
      int equals = argument.indexOf('=');
      String key = argument.substring(2, equals < 0 ? argument.length() : equals);
      if (equals < 0 && i + 1 == arguments.size()) {
        throw new ConfigException(argument + ": its value is missing");
      }
      options.put(key, equals < 0 ? arguments.get(++i) : argument.substring(equals + 1));
    }
    return options;
  }
}
