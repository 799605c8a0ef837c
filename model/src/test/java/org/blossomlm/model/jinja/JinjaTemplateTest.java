package org.blossomlm.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JinjaTemplateTest {
  private static String render(String source, Map<String, ?> context) {
    return JinjaTemplate.compile(source).render(context).text();
  }

  @Test
  void takesJavaValues() {
    Map<String, Object> context = new HashMap<>();
    context.put("v", null);
    context.put("s", "text");
    context.put("m", MarkedText.data("data"));
    context.put("b", true);
    context.put("i", 1);
    context.put("l", 1L << 40);
    context.put("big", BigInteger.TEN.pow(30));
    context.put("d", 1.5);
    context.put("f", 0.1f);
    context.put("dec", new BigDecimal("2.50"));
    context.put("list", List.of(1, "a"));
    context.put("map", Map.of("k", List.of()));
    assertThat(render("{{ [v, s, m, b, i, l, big, d, f, dec, list, map] }}", context))
        .isEqualTo(
            "[None, 'text', 'data', True, 1, 1099511627776, 1000000000000000000000000000000, 1.5,"
                + " 0.1, 2.5, [1, 'a'], {'k': []}]");
  }

  @Test
  void refusesOtherObjects() {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("", Map.of("x", new Object())))
        .withMessageContaining("not java.lang.Object");
  }

  @Test
  void refusesACyclicContext() {
    Map<String, Object> cyclic = new HashMap<>();
    cyclic.put("self", cyclic);
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("", cyclic))
        .withMessageContaining("dataDepth");
  }

  @Test
  void callsFunctionsOfTheContext() {
    JinjaFunction join =
        (arguments, named) -> arguments + " " + named.get("sep") + " " + named.containsKey("x");
    assertThat(render("{{ f(1, 'a', none, [2.5], sep='-') }}", Map.of("f", join)))
        .isEqualTo("[1, a, null, [2.5]] - false");
    JinjaFunction failing =
        (arguments, named) -> {
          throw JinjaFunction.failure("no such city");
        };
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("a\n{{ f() }}", Map.of("f", failing)))
        .withMessage("template line 2: no such city");
  }

  @Test
  void tellsTheInjectedTime() {
    JinjaTemplate template = JinjaTemplate.compile("{{ strftime_now('%d %b %Y %H:%M') }}");
    assertThat(template.render(Map.of(), LocalDateTime.of(2024, 2, 29, 23, 5)).text())
        .isEqualTo("29 Feb 2024 23:05");
  }

  @ParameterizedTest
  @CsvSource({
    // Values of Python's datetime.strftime.
    "2023-01-01T13:04:05, 01 00 52 2022 7 0 001 PM 01",
    "2024-12-30T00:00:00, 52 53 01 2025 1 1 365 AM 12",
    "2021-01-03T12:00:00, 01 00 53 2020 7 0 003 PM 12",
  })
  void countsWeeksAsPython(LocalDateTime time, String expected) {
    JinjaTemplate template =
        JinjaTemplate.compile("{{ strftime_now('%U %W %V %G %u %w %j %p %I') }}");
    assertThat(template.render(Map.of(), time).text()).isEqualTo(expected);
  }

  @Test
  void raiseExceptionCarriesItsMessage() {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("\n\n{{ raise_exception('roles must alternate') }}", Map.of()))
        .withMessage("template line 3: roles must alternate")
        .satisfies(e -> assertThat(e.reason()).isEqualTo("roles must alternate"))
        .satisfies(e -> assertThat(e.line()).hasValue(3))
        .isInstanceOf(ModelException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      quoteCharacter = '`',
      textBlock =
          """
          {{ a.b }} ==> 'a' is undefined
          {{ m.b.c }} ==> 'dict object' has no attribute 'b'
          {{ 'a' + 1 }} ==> can only concatenate str (not "int") to str
          {{ 1 + 'a' }} ==> unsupported operand type(s) for +: 'int' and 'str'
          {{ 1 < 'a' }} ==> '<' not supported between instances of 'int' and 'str'
          {{ 5|length }} ==> object of type 'int' has no len()
          {{ ''.__class__.x }} ==> access to attribute '__class__' of 'str' object is unsafe.
          {{ [].append(1) }} ==> access to attribute 'append' of 'list' object is unsafe.
          {{ 1|nope }} ==> no filter named 'nope'
          {{ 1 is nope }} ==> no test named 'nope'
          {% nope %} ==> unknown tag 'nope'
          {% if x %} ==> unexpected end of template, expected elif or else or endif
          {{ 1 2 }} ==> expected end of print statement, found '2'
          {{ (1 }} ==> unexpected '}', expected ')'
          {% include 'x' %} ==> 'include' needs another template, and a chat template stands alone
          """)
  void errorsSayWhatIsWrong(String source, String message) {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(() -> render("one\ntwo\n" + source, Map.of("m", Map.of())))
        .withMessage("template line 3: " + message);
  }

  @Test
  void errorsInsideMacrosNameTheInnermostLine() {
    assertThatExceptionOfType(JinjaException.class)
        .isThrownBy(
            () -> render("{% macro m() %}\n{{\n none + 1 }}\n{% endmacro %}\n{{ m() }}", Map.of()))
        .satisfies(e -> assertThat(e.line()).hasValue(3));
  }

  @Test
  void templatesAreReusableAndShared() throws InterruptedException {
    JinjaTemplate template =
        JinjaTemplate.compile(
            "{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = ns.n + i %}{% endfor %}"
                + "{{ ns.n }}");
    List<Thread> threads =
        List.of(1, 2, 3, 4).stream()
            .map(t ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < 200; i++) {
                        String text = template.render(Map.of("l", List.of(t, i))).text();
                        assertThat(text).isEqualTo(Integer.toString(t + i));
                      }
                    }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(template.render(Map.of("l", List.of(1, 2))).text()).isEqualTo("3");
  }

  /** Whatever tokens are thrown together: a text or a {@link JinjaException}, nothing else. */
  @Test
  void randomTemplatesNeverCrash() {
    String[] pieces = {
      "{{",
      "}}",
      "{%",
      "%}",
      "{#",
      "#}",
      "-",
      "+",
      " ",
      "\n",
      "x",
      "m",
      "l",
      "1",
      "0",
      "2.5",
      "'s'",
      "\"é😀\"",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      ",",
      ":",
      ".",
      "|",
      "~",
      "*",
      "**",
      "/",
      "//",
      "%",
      "==",
      "<",
      "=",
      "if",
      "else",
      "elif",
      "endif",
      "for",
      "in",
      "endfor",
      "set",
      "endset",
      "macro",
      "endmacro",
      "call",
      "endcall",
      "filter",
      "endfilter",
      "with",
      "endwith",
      "is",
      "not",
      "and",
      "or",
      "none",
      "true",
      "loop",
      "loop.index",
      "recursive",
      "break",
      "continue",
      "raw",
      "endraw",
      "generation",
      "endgeneration",
      "block",
      "endblock",
      "upper",
      "length",
      "join",
      "map",
      "select",
      "tojson",
      "sort",
      "int",
      "round",
      "format",
      "split",
      "replace",
      "items",
      "defined",
      "string",
      "namespace(a=1)",
      "range(3)",
      "caller()",
      "self",
      "[::-1]",
      "[1:]",
      ".a",
      "('%s')",
      "indent"
    };
    long seed = 424242;
    Random random = new Random(seed);
    int rendered = 0;
    for (int round = 0; round < 30_000; round++) {
      String source = randomTemplate(pieces, random);
      try {
        JinjaTemplate.compile(source)
            .render(Map.of("x", "text", "m", Map.of("a", 1), "l", List.of(3, 1, 2)));
        rendered++;
      } catch (JinjaException e) {
        assertThat(e.getMessage()).as("seed %d, round %d: %s", seed, round, source).isNotBlank();
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", round " + round + ": " + source, e);
      }
    }
    assertThat(rendered).isGreaterThan(1_000);
  }

  private static String randomTemplate(String[] pieces, Random random) {
    StringBuilder source = new StringBuilder();
    if (random.nextBoolean()) {
      source.append(random.nextBoolean() ? "{{ " : "{% ");
    }
    int length = 1 + random.nextInt(14);
    for (int i = 0; i < length; i++) {
      source.append(pieces[random.nextInt(pieces.length)]);
      if (random.nextInt(3) > 0) {
        source.append(' ');
      }
    }
    if (random.nextBoolean()) {
      source.append(source.indexOf("{{") == 0 ? " }}" : " %}");
    }
    return source.toString();
  }
}
