package org.blossomlm.cli.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.blossomlm.engine.Generation;

/** What an answer cost, as Ollama prints it after {@code --verbose}. */
public record Timings(Duration load, Generation generation) {

  public Duration total() {
    return load.plus(generation.promptTime()).plus(generation.generationTime());
  }

  public String summary() {
    int evaluated = generation.promptTokens() - generation.cachedTokens();
    List<String> rows = new ArrayList<>();
    rows.add(row("total duration:", GoDuration.format(total())));
    rows.add(row("load duration:", GoDuration.format(load)));
    rows.add(row("prompt eval count:", evaluated + " token(s)"));
    rows.add(row("prompt eval duration:", GoDuration.format(generation.promptTime())));
    rows.add(row("prompt eval rate:", rate(evaluated, generation.promptTime())));
    rows.add(row("eval count:", generation.tokens().size() + " token(s)"));
    rows.add(row("eval duration:", GoDuration.format(generation.generationTime())));
    rows.add(row("eval rate:", rate(generation.tokens().size(), generation.generationTime())));
    if (generation.draftedTokens() > 0) {
      rows.add(row("draft acceptance:", acceptance()));
    }
    return String.join("\n", rows) + "\n";
  }

  private String acceptance() {
    int accepted = generation.acceptedTokens();
    int drafted = generation.draftedTokens();
    return String.format(
        Locale.ROOT, "%d of %d token(s), %.1f %%", accepted, drafted, 100.0 * accepted / drafted);
  }

  private static String row(String name, String value) {
    return String.format(Locale.ROOT, "%-21s %s", name, value);
  }

  private static String rate(int tokens, Duration time) {
    double seconds = time.toNanos() / 1e9;
    return String.format(Locale.ROOT, "%.2f tokens/s", seconds > 0 ? tokens / seconds : 0);
  }
}
