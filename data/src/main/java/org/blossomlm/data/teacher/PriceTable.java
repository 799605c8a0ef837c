package org.blossomlm.data.teacher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.blossomlm.data.DataException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Prices of models by name, in USD per million tokens. The table that Blossom brings ({@code
 * prices.yaml}) holds list prices, each with where and when it was read; a file of the same shape
 * ({@code --prices}), or a {@code price} at a teacher, goes before it:
 *
 * <pre>{@code
 * models:
 *   my-model: {prompt: 0.50, cached_prompt: 0.05, completion: 1.50, checked: 2026-11-01, source: …}
 * }</pre>
 *
 * <p>A model that is in neither has no known price: what it costs is not counted, and a run with a
 * budget refuses it.
 *
 * <p>A model with a date at its end ({@code -2026-08-06}, {@code -0806}, {@code -latest}) has the
 * price of the one without, unless it has its own.
 */
public final class PriceTable {
  private static final Pattern VERSION =
      Pattern.compile("-(?:\\d{4}-\\d{2}-\\d{2}|\\d{8}|\\d{4}|latest)$");
  private static final YAMLMapper YAML = YAMLMapper.builder().build();

  private final Map<String, Price> prices;

  private PriceTable(Map<String, Price> prices) {
    this.prices = prices;
  }

  public static PriceTable of(Map<String, Price> prices) {
    return new PriceTable(Map.copyOf(prices));
  }

  /** The prices that Blossom brings. */
  public static PriceTable bundled() {
    try (InputStream resource = PriceTable.class.getResourceAsStream("prices.yaml")) {
      if (resource == null) {
        throw new IllegalStateException("prices.yaml is missing from the program");
      }
      return parse(resource, "prices.yaml");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a YAML or JSON file.
   *
   * @throws DataException if it cannot be read or is no table of prices
   */
  public static PriceTable read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in, file.toString());
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static PriceTable parse(InputStream in, String where) {
    @Nullable Object tree;
    try {
      tree = YAML.readValue(in, Object.class);
    } catch (JacksonException e) {
      throw new DataException(where + ": not valid YAML: " + e.getOriginalMessage(), e);
    }
    SettingsReader table = SettingsReader.of(where, tree);
    SettingsReader models = table.object("models");
    Map<String, Price> prices = new LinkedHashMap<>();
    for (String model : models.names()) {
      SettingsReader fields = models.object(model);
      fields.text("source");
      fields.text("checked");
      prices.put(model, price(fields));
    }
    table.text("as_of");
    table.text("note");
    table.finish();
    return of(prices);
  }

  /**
   * {@code prompt}, {@code completion} and, unless it is that of the prompt, their cached price.
   */
  static Price price(SettingsReader fields) {
    BigDecimal prompt = amount(fields, "prompt");
    BigDecimal completion = amount(fields, "completion");
    BigDecimal cached = fields.has("cached_prompt") ? amount(fields, "cached_prompt") : prompt;
    fields.finish();
    return new Price(prompt, cached, completion);
  }

  private static BigDecimal amount(SettingsReader fields, String name) {
    return fields
        .decimal(name, BigDecimal.ZERO, BigDecimal.valueOf(1_000_000))
        .orElseThrow(() -> fields.wrong(name, "a price in USD per million tokens"));
  }

  /** This table, where {@code others} has no price. */
  public PriceTable overriddenBy(PriceTable others) {
    Map<String, Price> both = new LinkedHashMap<>(prices);
    both.putAll(others.prices);
    return of(both);
  }

  /** What {@code model} costs, if that is known. */
  public Optional<Price> find(String model) {
    Price exact = prices.get(model);
    if (exact != null) {
      return Optional.of(exact);
    }
    String name = VERSION.matcher(model).replaceFirst("");
    return Optional.ofNullable(prices.get(name));
  }
}
