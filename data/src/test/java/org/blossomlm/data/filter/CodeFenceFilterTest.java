package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.blossomlm.data.filter.OneOperator.answer;

import java.util.List;
import org.junit.jupiter.api.Test;

class CodeFenceFilterTest {
  private static List<String> reasons(String text) {
    return OneOperator.of("chat_code_fence_filter").run(answer(text)).reasons();
  }

  private static String block(String language, String code) {
    return "Here:\n```" + language + "\n" + code + "\n```\nDone.";
  }

  @Test
  void fencesAreFoundAsCommonMarkHasThem() {
    assertThat(CodeFence.in("a\n```java title=x\ncode\n```\n~~~\nb\n~~~"))
        .containsExactly(new CodeFence("java", "code\n", true), new CodeFence("", "b\n", true));
    assertThat(CodeFence.in("````md\n```\ninside\n```\n````"))
        .containsExactly(new CodeFence("md", "```\ninside\n```\n", true));
    assertThat(CodeFence.in("```inline``` code")).isEmpty();
    assertThat(CodeFence.in("1. Step\n   ```sh\n   ls\n   ```"))
        .containsExactly(new CodeFence("sh", "   ls\n", true));
  }

  @Test
  void anUnclosedFenceDropsTheRecord() {
    assertThat(reasons("```python\nprint(1)\n")).containsExactly("a code block is not closed");
    assertThat(reasons(block("python", "this is ( not checked"))).isEmpty();
  }

  @Test
  void javaIsParsedAsAFileMembersOrStatements() {
    assertThat(reasons(block("java", "public class A { int f() { return 1; } }"))).isEmpty();
    assertThat(reasons(block("java", "private int f(List<String> x) { return x.size(); }")))
        .isEmpty();
    assertThat(reasons(block("java", "int a = 1;\nSystem.out.println(a);"))).isEmpty();
    assertThat(reasons(block("java", "import java.util.*;\n\nrecord P(int x) {}"))).isEmpty();
    assertThat(reasons(block("java", "int a = ;")))
        .containsExactly("a block of java does not parse");
    assertThat(reasons(block("java", "class A { void f( { }"))).hasSize(1);
  }

  @Test
  void jsonAndYamlAreParsed() {
    assertThat(reasons(block("json", "{\"a\": [1, 2]}"))).isEmpty();
    assertThat(reasons(block("json", "{\"a\": 1}\n{\"a\": 2}"))).isEmpty();
    assertThat(reasons(block("json", "{'a': 1}")))
        .containsExactly("a block of json does not parse");
    assertThat(reasons(block("json", "{\"a\": 1"))).hasSize(1);
    assertThat(reasons(block("yaml", "a:\n  - 1\n  - b: 2"))).isEmpty();
    assertThat(reasons(block("yml", "a: [1, 2"))).containsExactly("a block of yml does not parse");
  }

  @Test
  void elisionsMayBeAllowedAndLanguagesLeftOut() {
    assertThat(reasons(block("json", "{\"a\": ...}"))).isEmpty();
    assertThat(
            OneOperator.of("chat_code_fence_filter", "allow_elisions", false)
                .run(answer(block("json", "{\"a\": ...}")))
                .dropped())
        .hasSize(1);
    assertThat(
            OneOperator.of("chat_code_fence_filter", "parse", List.of("yaml"))
                .run(answer(block("json", "{'a'")))
                .kept())
        .hasSize(1);
  }
}
