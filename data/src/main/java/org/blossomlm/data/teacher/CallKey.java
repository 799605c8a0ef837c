package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.blossomlm.model.files.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Under which the call cache has an answer: the SHA-256 of everything that the answer depends on.
 * Requests that differ only in the order of keys or in how a number is written are the same.
 */
final class CallKey {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private CallKey() {}

  /**
   * 64 hexadecimal digits.
   *
   * @param kind {@code chat}, {@code embedding} or {@code score}
   * @param base of the service, or what identifies a local model
   * @param body the request, without what only says how it is sent
   */
  static String of(String kind, String base, String model, Map<String, ?> body, int attempt) {
    List<Object> whole = List.of(kind, base, model, canonical(body), attempt);
    byte[] json = JSON.writeValueAsString(whole).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Sha256.start().digest(json));
  }

  private static Object canonical(@Nullable Object value) {
    return switch (value) {
      case null -> Map.of("#", "null");
      case Map<?, ?> map -> {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, element) -> sorted.put(String.valueOf(key), canonical(element)));
        yield sorted;
      }
      case Iterable<?> elements -> {
        List<Object> list = new ArrayList<>();
        elements.forEach(element -> list.add(canonical(element)));
        yield list;
      }
      case Number number -> number(number);
      default -> value;
    };
  }

  /** As text, so that 1, 1.0 and 1e0 are the same; marked, so that "1" is another. */
  private static Object number(Number number) {
    BigDecimal decimal = new BigDecimal(number.toString()).stripTrailingZeros();
    return Map.of("#", decimal.toString());
  }
}
