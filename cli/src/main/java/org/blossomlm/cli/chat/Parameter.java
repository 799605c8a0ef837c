package org.blossomlm.cli.chat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.blossomlm.engine.LoadOptions;

/** What a user may set about answers, by Ollama's names. */
public enum Parameter {
  TEMPERATURE(new Real(0, Double.POSITIVE_INFINITY)),
  TOP_K(new Whole(0, Integer.MAX_VALUE)),
  TOP_P(new Real(0, 1)),
  MIN_P(new Real(0, 1)),
  TYPICAL_P(new Real(0, 1)),
  REPEAT_PENALTY(new Real(0, Double.POSITIVE_INFINITY)),
  REPEAT_LAST_N(new Whole(-1, Integer.MAX_VALUE)),
  PRESENCE_PENALTY(new Real(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)),
  FREQUENCY_PENALTY(new Real(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)),
  SEED(new Whole(Long.MIN_VALUE, Long.MAX_VALUE)),
  NUM_PREDICT(new Whole(-1, Integer.MAX_VALUE)),
  NUM_KEEP(new Whole(-1, Integer.MAX_VALUE)),
  DRAFT_NUM_PREDICT(new Whole(0, 64)),
  STOP(new Text()),
  CONTEXT_FULL(new Choice(List.of("stop", "shift"))),
  /** Takes effect when the model is loaded. */
  NUM_CTX(new Whole(0, Integer.MAX_VALUE)),
  /** Takes effect when the model is loaded. */
  NUM_THREAD(new Whole(0, LoadOptions.MOST_THREADS));

  private final Kind kind;

  Parameter(Kind kind) {
    this.kind = kind;
  }

  /** As it is written after {@code /set parameter} and in saved conversations. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The values it takes, e.g. {@code 0 … 1}. */
  public String allowed() {
    return kind.allowed();
  }

  /** What stands for the value in help texts. */
  public String label() {
    return switch (kind) {
      case Real real -> "X";
      case Whole whole -> "N";
      case Text text -> "TEXT";
      case Choice choice -> String.join("|", choice.choices());
    };
  }

  /** Whether a change needs the model to be loaded again. */
  public boolean concernsLoading() {
    return this == NUM_CTX || this == NUM_THREAD;
  }

  public static Optional<Parameter> of(String key) {
    return Arrays.stream(values()).filter(p -> p.key().equals(key)).findFirst();
  }

  /** The value that {@code text} stands for: Double, Long or String; empty if not allowed. */
  Optional<Object> parse(String text) {
    return kind.parse(text);
  }

  private sealed interface Kind {
    String allowed();

    Optional<Object> parse(String text);
  }

  private record Real(double least, double most) implements Kind {
    @Override
    public String allowed() {
      return bound(least) + " … " + bound(most);
    }

    private static String bound(double value) {
      return Double.isInfinite(value)
          ? value < 0 ? "-∞" : "∞"
          : String.format(Locale.ROOT, "%.1f", value);
    }

    @Override
    public Optional<Object> parse(String text) {
      try {
        double value = Double.parseDouble(text);
        return value >= least && value <= most && Double.isFinite(value)
            ? Optional.of(value)
            : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  private record Whole(long least, long most) implements Kind {
    @Override
    public String allowed() {
      return least + " … " + most;
    }

    @Override
    public Optional<Object> parse(String text) {
      try {
        long value = Long.parseLong(text);
        return value >= least && value <= most ? Optional.of(value) : Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  private record Text() implements Kind {
    @Override
    public String allowed() {
      return "text";
    }

    @Override
    public Optional<Object> parse(String text) {
      return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
  }

  private record Choice(List<String> choices) implements Kind {
    @Override
    public String allowed() {
      return String.join(" | ", choices);
    }

    @Override
    public Optional<Object> parse(String text) {
      return choices.contains(text) ? Optional.of(text) : Optional.empty();
    }
  }
}
