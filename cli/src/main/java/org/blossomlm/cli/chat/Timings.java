package org.blossomlm.cli.chat;

import java.time.Duration;
import java.util.Locale;
import org.blossomlm.engine.Generation;

/** What an answer cost, as Ollama prints it after {@code --verbose}. */
public record Timings(Duration load, Generation generation) {

  public Duration total() {
    return load.plus(generation.promptTime()).plus(generation.generationTime());
  }

  public String summary() {
    int evaluated = generation.promptTokens() - generation.cachedTokens();
    return String.join(
            "\n",
            row("total duration:", GoDuration.format(total())),
            row("load duration:", GoDuration.format(load)),
            row("prompt eval count:", evaluated + " token(s)"),
            row("prompt eval duration:", GoDuration.format(generation.promptTime())),
            row("prompt eval rate:", rate(evaluated, generation.promptTime())),
            row("eval count:", generation.tokens().size() + " token(s)"),
            row("eval duration:", GoDuration.format(generation.generationTime())),
            row("eval rate:", rate(generation.tokens().size(), generation.generationTime())))
        + "\n";
  }

  private static String row(String name, String value) {
    return String.format(Locale.ROOT, "%-21s %s", name, value);
  }

  private static String rate(int tokens, Duration time) {
    double seconds = time.toNanos() / 1e9;
    return String.format(Locale.ROOT, "%.2f tokens/s", seconds > 0 ? tokens / seconds : 0);
  }
}
