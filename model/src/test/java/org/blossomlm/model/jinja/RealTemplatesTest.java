package org.blossomlm.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

/** Templates as models ship them, rendered as Python's Jinja2 renders them, to the character. */
class RealTemplatesTest {
  record Case(String template, String context, String expected, String error) {}

  record Expected(Map<String, Map<String, Object>> contexts, String now, List<Case> cases) {}

  @TestFactory
  Stream<DynamicTest> rendersExactly() throws IOException {
    Path folder = Path.of(System.getProperty("blossom.fixtures", "fixtures"), "templates");
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no fixtures at " + folder);
    Expected expected =
        JsonMapper.builder().build().readValue(folder.resolve("expected.json"), Expected.class);
    LocalDateTime now = LocalDate.parse(expected.now()).atStartOfDay();
    return expected.cases().stream()
        .map(one ->
            DynamicTest.dynamicTest(
                one.template() + ", " + one.context(),
                () ->
                    check(
                        one,
                        Files.readString(folder.resolve(one.template())),
                        Objects.requireNonNull(expected.contexts().get(one.context())),
                        now)));
  }

  private static void check(
      Case one, String source, Map<String, Object> context, LocalDateTime now) {
    if (one.error() == null) {
      assertThat(JinjaTemplate.compile(source).render(context, now).text())
          .isEqualTo(one.expected());
    } else {
      assertThatExceptionOfType(JinjaException.class)
          .isThrownBy(() -> JinjaTemplate.compile(source).render(context, now));
    }
  }
}
