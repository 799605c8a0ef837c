package org.blossomlm.model.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

/** Expressions and templates with what Python's Jinja2 makes of them. */
class PythonCasesTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 2, 0, 0);

  record Case(String source, boolean withContext, String expected, String error) {}

  record Cases(String origin, Map<String, Object> context, List<Case> cases) {}

  @TestFactory
  Stream<DynamicTest> agreesWithPython() throws IOException {
    return tests("python-cases.json");
  }

  @TestFactory
  Stream<DynamicTest> agreesWithPythonOnRandomTemplates() throws IOException {
    return tests("python-random-cases.json");
  }

  private static Stream<DynamicTest> tests(String resource) throws IOException {
    Cases cases = read(resource);
    return cases.cases().stream()
        .map(one ->
            DynamicTest.dynamicTest(
                one.source(), () -> check(one, one.withContext() ? cases.context() : Map.of())));
  }

  private static Cases read(String resource) throws IOException {
    try (InputStream in = PythonCasesTest.class.getResourceAsStream(resource)) {
      return JsonMapper.builder()
          .build()
          .readValue(Objects.requireNonNull(in).readAllBytes(), Cases.class);
    }
  }

  private static void check(Case one, Map<String, Object> context) {
    if (one.error() == null) {
      assertThat(JinjaTemplate.compile(one.source()).render(context, NOW).text())
          .isEqualTo(one.expected());
    } else {
      assertThatExceptionOfType(JinjaException.class)
          .as("Python says %s", one.error())
          .isThrownBy(() -> JinjaTemplate.compile(one.source()).render(context, NOW));
    }
  }
}
