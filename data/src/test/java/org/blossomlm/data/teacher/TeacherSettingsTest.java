package org.blossomlm.data.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.teacher.ServiceSettings.ReasoningRule;
import org.blossomlm.data.teacher.ServiceSettings.StructuredOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TeacherSettingsTest {
  private static final Path FOLDER = Path.of("recipes");

  private static ServiceSettings service(Map<String, Object> fields) {
    return (ServiceSettings) TeacherSettings.read("strong", fields, FOLDER);
  }

  @Test
  void aNameOfAModelAloneIsOneOfOpenAi() {
    ServiceSettings settings =
        (ServiceSettings) TeacherSettings.read("strong", "gpt-4o-mini", FOLDER);
    assertThat(settings.base()).isEqualTo(URI.create("https://api.openai.com/v1"));
    assertThat(settings.keyVariables()).containsExactly("OPENAI_API_KEY");
    assertThat(settings.structuredOutput()).isEqualTo(StructuredOutput.JSON_SCHEMA);
    assertThat(settings.retry()).isEqualTo(RetrySettings.DEFAULT);
  }

  @Test
  void allOfAServiceCanBeSaid() {
    ServiceSettings settings =
        service(
            Map.ofEntries(
                Map.entry("model", "deepseek-chat"),
                Map.entry("base_url", "https://api.deepseek.com/v1/"),
                Map.entry("keys", List.of("A_KEY", "B_KEY")),
                Map.entry("parameters", Map.of("temperature", 0.7)),
                Map.entry("reasoning", "always"),
                Map.entry("stream", true),
                Map.entry("structured_output", "none"),
                Map.entry("price", Map.of("prompt", 0.28, "completion", "0.42")),
                Map.entry("completion_estimate", 300),
                Map.entry("requests_per_minute", 500),
                Map.entry("tokens_per_minute", "200_000"),
                Map.entry("concurrency", 7),
                Map.entry("timeout", 0.5),
                Map.entry("retries", 2)));
    assertThat(settings.base()).isEqualTo(URI.create("https://api.deepseek.com/v1"));
    assertThat(settings.keyVariables()).containsExactly("A_KEY", "B_KEY");
    assertThat(settings.parameters()).isEqualTo(Map.of("temperature", 0.7));
    assertThat(settings.reasoning()).isEqualTo(ReasoningRule.ALWAYS);
    assertThat(settings.stream()).isTrue();
    assertThat(settings.structuredOutput()).isEqualTo(StructuredOutput.NONE);
    assertThat(settings.price()).isEqualTo(Optional.of(Price.of("0.28", "0.28", "0.42")));
    assertThat(settings.completionEstimate()).isEqualTo(300);
    assertThat(settings.limits()).isEqualTo(new CallLimits(500, 200_000, 7, 32 << 20));
    assertThat(settings.retry().timeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.retry().retries()).isEqualTo(2);
  }

  @Test
  void servicesThatAreKnownHaveTheirOwnDefaults() {
    ServiceSettings deepseek =
        service(Map.of("model", "deepseek-chat", "base_url", "https://api.deepseek.com"));
    assertThat(deepseek.reasoning()).isEqualTo(ReasoningRule.WITH_TOOL_CALLS);
    assertThat(deepseek.structuredOutput()).isEqualTo(StructuredOutput.JSON_OBJECT);
    ServiceSettings own = service(Map.of("model", "m", "base_url", "http://localhost:8000/v1"));
    assertThat(own.keyVariables()).isEmpty();
    assertThat(own.reasoning()).isEqualTo(ReasoningRule.NEVER);
  }

  @Test
  void aLocalModelIsResolvedAgainstTheFolder() {
    assertThat(
            TeacherSettings.read(
                "small", Map.of("model", "local:m/x.gguf", "concurrency", 3), FOLDER))
        .isEqualTo(new LocalSettings("small", FOLDER.resolve("m/x.gguf"), Map.of(), 3, 0, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          base_url          | ftp://x          | teachers.strong.base_url: found 'ftp://x'
          base_url          | https://u:p@x/v1 | without a password
          reasoning         | sometimes        | one of never, always, with_tool_calls
          concurrency       | 0                | teachers.strong.concurrency: found '0'
          retries           | 1.5              | a whole number
          timeout           | soon             | teachers.strong.timeout: found 'soon'
          price             | cheap            | free, or {prompt
          structured_ouput  | none             | did you mean 'structured_output'?
          """)
  void errorsNameTheKeyWhatWasFoundAndWhatIsAllowed(String key, String value, String message) {
    assertThatThrownBy(() -> service(Map.of("model", "m", key, value)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aKeyInAFileIsRefusedAndNotShown() {
    assertThatThrownBy(() -> service(Map.of("model", "m", "keys", "sk-abc123-secret")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("OPENAI_API_KEY")
        .hasMessageNotContaining("abc123");
  }

  @Test
  void parametersCannotChangeWhatIsAskedOrHowOften() {
    assertThatThrownBy(
            () -> service(Map.of("model", "m", "parameters", Map.of("messages", List.of()))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'messages'");
  }
}
