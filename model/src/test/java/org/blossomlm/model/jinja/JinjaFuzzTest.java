package org.blossomlm.model.jinja;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;

/**
 * Any text as a template: a rendering or a {@link JinjaException}. Runs over the seeds in an
 * ordinary build; {@code JAZZER_FUZZ=1} searches for more.
 */
class JinjaFuzzTest {
  private static final JinjaLimits LIMITS =
      new JinjaLimits(100, 600, 200, 200_000, 1 << 20, 1 << 20, 100_000, 100_000, 4096);
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 2, 3, 4, 5);
  private static final Map<String, Object> CONTEXT =
      Map.of(
          "messages",
          List.of(
              Map.of("role", "user", "content", MarkedText.data("Hi {{ x }} <s> 😀")),
              Map.of("role", "assistant", "content", MarkedText.data("a,b c\n\td"))),
          "tools",
          List.of(Map.of("type", "function", "function", Map.of("name", "f", "n", 1.5))),
          "bos_token",
          "<s>",
          "add_generation_prompt",
          true);

  @FuzzTest(maxDuration = "5m")
  void compilesAndRendersOrRefuses(FuzzedDataProvider data) {
    String source = data.consumeRemainingAsString();
    try {
      JinjaTemplate.compile(source, LIMITS).render(CONTEXT, NOW);
    } catch (JinjaException expected) {
      // The one way to refuse.
    }
  }
}
