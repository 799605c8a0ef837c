package org.blossomlm.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hostile templates get one clear error, quickly, on a small stack and heap. */
class JinjaLimitsTest {
  private static final int SMALL_STACK_BYTES = 768 << 10;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      quoteCharacter = '`',
      textBlock =
          """
          {{ 'a' * 10**9 }} ==> stringLength
          {{ [1] * 10**9 }} ==> collectionSize
          {{ range(10**9) }} ==> rangeSize
          {{ 2**(10**9) }} ==> integerBits
          {{ (2**4000) * (2**4000) }} ==> integerBits
          {{ ('9' * 100000)|int }} ==> integerBits
          {{ 1.5|round(10**9) }} ==> integerBits
          {{ 'a'.center(10**9) }} ==> stringLength
          {{ 'a'.ljust(10**9) }} ==> stringLength
          {{ '1'.zfill(10**9) }} ==> stringLength
          {{ '%999999999d' % 1 }} ==> stringLength
          {{ '%.999999999d' % 1 }} ==> stringLength
          {{ '{:999999999}'.format(1) }} ==> stringLength
          {{ 'a\\nb'|indent(10**9) }} ==> stringLength
          {{ [1]|tojson(indent=10**9) }} ==> stringLength
          {{ '\\t'.expandtabs(10**9) }} ==> stringLength
          {{ ('a'*10000).replace('a', 'b'*10000) }} ==> stringLength
          {{ ('a'*10000).join('b'*10000) }} ==> stringLength
          {{ [1]|batch(10**9, 1)|list }} ==> collectionSize
          {{ [1]|slice(10**9)|list }} ==> collectionSize
          {{ ('a '*1100000).split() }} ==> collectionSize
          {% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %} ==> stringLength
          {% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = [n.l, n.l] %}{% endfor %} ==> collectionSize
          {% set n = namespace(l=[1]) %}{% for i in range(999) %}{% set n.l = [n.l] %}{% endfor %} ==> dataDepth
          {% set n = namespace(l=[1]) %}{% for i in range(999) %}{% set n.l = n.l|map('int') %}{% endfor %} ==> dataDepth
          {% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %} ==> outputLength
          {% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %} ==> steps
          {% set s = 'a' * 1000000 %}{% for i in range(99999) %}{% set x = 'b' in s %}{% endfor %} ==> steps
          {% set s = 'a' * 1000000 %}{% for i in range(99999) %}{% set x = s|upper %}{% endfor %} ==> steps
          {% macro f() %}{{ f() }}{% endmacro %}{{ f() }} ==> evaluationDepth
          {% macro f(x=f()) %}{% endmacro %}{{ f() }} ==> evaluationDepth
          {% for x in [1] recursive %}{{ loop([1]) }}{% endfor %} ==> evaluationDepth
          {% set n = namespace() %}{% set n.n = n %}{{ n }} ==> evaluationDepth
          """)
  void namesTheLimitThatATemplateHits(String source, String setting) {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> JinjaTemplate.compile(source).render(Map.of()))
        .withMessageContaining("exceeds the maximum of")
        .withMessageContaining("JinjaLimits." + setting);
  }

  @TestFactory
  Stream<DynamicTest> deepNestingFitsASmallStack() {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, String> sources =
        Map.ofEntries(
            Map.entry("brackets", "{{ " + "[".repeat(90_000) + "]".repeat(90_000) + " }}"),
            Map.entry("parentheses", "{{ " + "(".repeat(99) + "1" + ")".repeat(99) + " }}"),
            Map.entry("not", "{{ " + "not ".repeat(50_000) + "1 }}"),
            Map.entry("minus", "{{ " + "- ".repeat(50_000) + "1 }}"),
            Map.entry("conditionals", "{{ " + "1 if 0 else ".repeat(50_000) + "2 }}"),
            Map.entry("sums", "{{ 1" + " + 1".repeat(50_000) + " }}"),
            Map.entry("filters", "{{ 'a'" + "|upper".repeat(50_000) + " }}"),
            Map.entry("attributes", "{{ a" + ".b".repeat(50_000) + " }}"),
            Map.entry("calls", "{{ a" + "()".repeat(50_000) + " }}"),
            Map.entry("blocks", "{% if 1 %}".repeat(50_000) + "{% endif %}".repeat(50_000)),
            Map.entry("targets", "{% set " + "(".repeat(50_000) + "a = 1 %}"),
            Map.entry(
                "macros and loops",
                "{% macro f() %}"
                    + "{% for x in [1] %}".repeat(50)
                    + "{{ f() }}"
                    + "{% endfor %}".repeat(50)
                    + "{% endmacro %}{{ f() }}"),
            Map.entry(
                "all blocks",
                "{% macro f(x) %}{% set y %}{% filter upper %}{% for a in [1] %}{% with b = 1 %}"
                    + "{{ f(f(x)|upper) ~ 'a' }}"
                    + "{% endwith %}{% endfor %}{% endfilter %}{% endset %}{% endmacro %}"
                    + "{{ f(1) }}"),
            Map.entry(
                "callers",
                "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}"
                    + "{% call f() %}x{% endcall %}"),
            Map.entry(
                "nested data",
                "{% set n = namespace(l=[1]) %}"
                    + "{% for i in range(198) %}{% set n.l = [n.l] %}{% endfor %}"
                    + "{{ n.l|tojson }}{{ n.l }}{{ n.l == n.l[:] }}{{ n.l < n.l }}"),
            Map.entry(
                "nested iterators",
                "{% set n = namespace(l=[1]) %}"
                    + "{% for i in range(197) %}{% set n.l = n.l|select('number') %}{% endfor %}"
                    + "{{ n.l|list }}"));
    sources.forEach((name, source) ->
        tests.add(DynamicTest.dynamicTest(name, () -> renderOnSmallStack(source))));
    return tests.stream();
  }

  private static void renderOnSmallStack(String source) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                JinjaTemplate.compile(source).render(Map.of());
              } catch (JinjaException expected) {
                // A clear refusal is as good as a result.
              }
            },
            "small stack",
            SMALL_STACK_BYTES);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }

  @Test
  void limitsCanBeRaisedAndLowered() {
    JinjaLimits d = JinjaLimits.DEFAULT;
    JinjaLimits small =
        new JinjaLimits(
            d.parseDepth(),
            d.evaluationDepth(),
            d.dataDepth(),
            100,
            d.outputLength(),
            d.stringLength(),
            d.collectionSize(),
            d.rangeSize(),
            d.integerBits());
    String source = "{% for i in range(200) %}x{% endfor %}";
    assertThat(JinjaTemplate.compile(source).render(Map.of()).length()).isEqualTo(200);
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> JinjaTemplate.compile(source, small).render(Map.of()))
        .withMessage(
            "template line 1: number of steps 101 exceeds the maximum of 100"
                + " (raise JinjaLimits.steps if the template is right)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JinjaLimits(0, 1, 1, 1, 1, 1, 1, 1, 64));
  }
}
