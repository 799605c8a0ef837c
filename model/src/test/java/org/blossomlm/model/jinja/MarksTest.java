package org.blossomlm.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Characters of data stay data through every operation, and those of the template stay trusted. */
class MarksTest {
  /** Shows data in angle brackets: {@code a<b>c} is a trusted a, a b of data, a trusted c. */
  private static String shown(MarkedText text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      boolean data = text.isData(i);
      if (data && (i == 0 || !text.isData(i - 1))) {
        out.append('<');
      }
      out.append(text.text().charAt(i));
      if (data && (i == text.length() - 1 || !text.isData(i + 1))) {
        out.append('>');
      }
    }
    return out.toString();
  }

  private static String render(String source) {
    Map<String, Object> context =
        Map.of(
            "d", MarkedText.data("Ab c"),
            "e", MarkedText.data("é\"\n"),
            "fill", MarkedText.data("{:|>4}"),
            "blank", MarkedText.data("  x  "),
            "lines", MarkedText.data("a\nb"),
            "mixed", MarkedText.builder().trusted("tt").data("dd").trusted("uu").build(),
            "map", Map.of(MarkedText.data("k"), MarkedText.data("v")),
            "list", List.of(MarkedText.data("x"), "y"));
    return shown(JinjaTemplate.compile(source).render(context));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      quoteCharacter = '`',
      textBlock =
          """
          a{{ d }}b ==> a<Ab c>b
          {{ 'a' + d + 'b' }} ==> a<Ab c>b
          {{ 'a' ~ d ~ 1 }} ==> a<Ab c>1
          {{ d * 2 }} ==> <Ab cAb c>
          {{ ('x' ~ d) * 2 }} ==> x<Ab c>x<Ab c>
          {{ d[0] }}{{ d[1:] }} ==> <Ab c>
          {{ mixed[1:3] }} ==> t<d>
          {{ mixed[::-1] }} ==> uu<dd>tt
          {{ mixed|reverse }} ==> uu<dd>tt
          {{ mixed[::2] }} ==> t<d>u
          {{ mixed.split('d') }} ==> ['tt', '', 'uu']
          {{ mixed.replace('t', 'xy') }} ==> xyxy<dd>uu
          {{ mixed.replace('d', 'xy') }} ==> ttxyxyuu
          {{ 'a-b'.replace('-', d) }} ==> a<Ab c>b
          {{ mixed|upper }} ==> TT<DD>UU
          {{ d|upper }}{{ d|lower }} ==> <AB Cab c>
          {{ d|title }}{{ d|capitalize }} ==> <Ab CAb c>
          {{ blank|trim }}{{ blank.strip() }} ==> <xx>
          {{ mixed|trim('t') }} ==> <dd>uu
          {{ list|join('-') }} ==> <x>-y
          {{ '-'.join(list) }} ==> <x>-y
          {{ ['a', 'b']|join(d) }} ==> a<Ab c>b
          {{ '%s=%5s|' % ('k', d) }} ==> k= <Ab c>|
          {{ '%r' % d }} ==> '<Ab c>'
          {{ '%.2s' % d }} ==> <Ab>
          {{ '{}:{:>5}'.format('k', d) }} ==> k: <Ab c>
          {{ '{0[k]}'.format(map) }} ==> <v>
          {{ d.format() }} ==> <Ab c>
          {{ d % () }} ==> <Ab c>
          {{ list }} ==> ['<x>', 'y']
          {{ map }} ==> {'<k>': '<v>'}
          {{ map|tojson }} ==> {"<k>": "<v>"}
          {{ e|tojson }} ==> "<é\\"\\n>"
          {{ e|tojson(true) }} ==> "<\\u00e9\\"\\n>"
          {{ [mixed]|tojson }} ==> ["tt<dd>uu"]
          {{ lines|indent(2) }}x ==> <a>⏎␣␣<b>x
          {{ lines.splitlines() }} ==> ['<a>', '<b>']
          {{ d|center(8) }}x ==> ␣␣<Ab c>␣␣x
          {{ d.center(6, '*') }} ==> *<Ab c>*
          {{ d.zfill(6) }} ==> 00<Ab c>
          {{ 'xxxxxx'.center(8, d[0]) }} ==> <A>xxxxxx<A>
          {{ d|truncate(3, true, '.', 0) }} ==> <Ab>.
          {{ d|wordwrap(2) }} ==> <Ab>⏎<c>
          {{ d|e }}{{ ('<' ~ d)|e }} ==> <Ab c>&lt;<Ab c>
          {{ ('[b]'|safe) + d }} ==> [b]<Ab c>
          {{ d|urlencode }} ==> <Ab%20c>
          {{ d|string }}{{ d|default('x') }} ==> <Ab cAb c>
          {{ d|first }}{{ d|last }} ==> <Ac>
          {{ d|list|join('+') }} ==> <A>+<b>+< >+<c>
          {{ map|items|first|join(':') }} ==> <k>:<v>
          {{ map|dictsort|first|join(':') }} ==> <k>:<v>
          {{ map.k }}{{ map['k'] }} ==> <vv>
          {{ d.partition(' ')|join('/') }} ==> <Ab>/< >/<c>
          {{ d|sort|join }} ==> < Abc>
          {{ mixed.expandtabs() }} ==> tt<dd>uu
          {{ [d, 'ab c']|unique|join }} ==> <Ab c>
          {{ d if d == 'Ab c' else 'no' }} ==> <Ab c>
          {{ {'Ab c': 'found'}[d] }} ==> found
          {{ d|length }}{{ d.count('b') }} ==> 41
          {{ dict(**map) }}{{ namespace(**map) }} ==> {'<k>': '<v>'}[Namespace {'<k>': '<v>'}]
          {% macro m() %}{{ kwargs }}{% endmacro %}{{ m(**map) }} ==> {'<k>': '<v>'}
          {{ '%(k)s'|format(**map) }}{{ '{k}'.format(**map) }} ==> <vv>
          {{ fill.format('x') }} ==> <|||x>
          """)
  void keepsMarks(String source, String expected) {
    assertThat(render(source))
        .isEqualTo(
            expected.replace('⏎', '\n').replace('␣', ' ').replaceAll("\\[(Namespace .*)]", "<$1>"));
  }

  @Test
  void blocksCollectMarks() {
    assertThat(render("{% set x %}[{{ d }}]{% endset %}{{ x }}")).isEqualTo("[<Ab c>]");
    assertThat(render("{% filter upper %}x{{ d }}{% endfilter %}")).isEqualTo("X<AB C>");
    assertThat(render("{% macro m(t) %}({{ t }}){% endmacro %}{{ m(d) }}")).isEqualTo("(<Ab c>)");
    assertThat(
            render(
                "{% macro m() %}({{ caller(d) }}){% endmacro %}"
                    + "{% call(t) m() %}-{{ t }}-{% endcall %}"))
        .isEqualTo("(-<Ab c>-)");
    assertThat(render("{% set ns = namespace(t='') %}{% set ns.t = ns.t ~ d %}{{ ns.t }}"))
        .isEqualTo("<Ab c>");
    assertThat(render("{% for c in mixed %}{{ c }}.{% endfor %}")).isEqualTo("t.t.<d>.<d>.u.u.");
  }

  @Test
  void caseMappingThatChangesTheLengthMarksTheWhole() {
    MarkedText mixed = MarkedText.builder().trusted("a").data("ß").trusted("b").build();
    assertThat(shown(JinjaTemplate.compile("{{ x|upper }}").render(Map.of("x", mixed))))
        .isEqualTo("<ASSB>");
  }

  @Test
  void bracesInDataAreText() {
    MarkedText attack = MarkedText.data("{{ 7 * 7 }}{% for x in y %}{# #}");
    assertThat(JinjaTemplate.compile("{{ x }}").render(Map.of("x", attack))).isEqualTo(attack);
    assertThat(
            JinjaTemplate.compile("{{ '%s'|format(x) }}{{ '{}'.format(x) }}")
                .render(Map.of("x", attack))
                .text())
        .isEqualTo(attack.text() + attack.text());
  }

  /** Whatever a chain of operations does, no character of the data comes out trusted. */
  @Test
  void dataNeverBecomesTrusted() {
    String[] operations = {
      "|upper",
      "|trim",
      "|replace('#', '##')",
      "[::-1]",
      "[1:]",
      "|tojson",
      "|string",
      "|e",
      ".split()|join(' ')",
      "|list|join",
      "|indent",
      ".strip('t')",
      " ~ 't'",
      "|title",
      "[:-1]",
      ".center(40)",
      "|truncate(20)",
      ".rsplit('#', 1)|last",
      "|wordwrap(7)",
      "|reverse",
      ".replace('t', '')",
      "|capitalize",
      ".partition('#')|last",
      ".swapcase()",
      "|safe",
      ".expandtabs()",
      "|format",
      "|urlencode"
    };
    long seed = 20250102;
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder expression = new StringBuilder("('tt' ~ d ~ 'tt')");
      int length = 1 + random.nextInt(6);
      for (int i = 0; i < length; i++) {
        expression.insert(0, '(').append(operations[random.nextInt(operations.length)]).append(')');
      }
      String source = "{{ " + expression + " }}";
      // Only data holds digits above 1, so each of these characters must be marked.
      MarkedText data = MarkedText.data("7# 8\t9#7 #8");
      MarkedText result;
      try {
        result = JinjaTemplate.compile(source).render(Map.of("d", data));
      } catch (JinjaException e) {
        continue;
      }
      for (int i = 0; i < result.length(); i++) {
        if ("789".indexOf(result.text().charAt(i)) >= 0) {
          assertThat(result.isData(i))
              .as("seed %d, round %d: %s gave %s", seed, round, source, shown(result))
              .isTrue();
        }
      }
    }
  }
}
