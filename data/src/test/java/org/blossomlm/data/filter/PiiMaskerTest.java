package org.blossomlm.data.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.filter.OneOperator.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PiiMaskerTest {
  private static String masked(String text) {
    return ((TextRecord) OneOperator.of("text_pii_masker").run(text("1", text)).only()).text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          write to zhang.san+work@mail.example.com.cn today | write to [EMAIL] today
          邮箱是li_si@qq.com，请联系 | 邮箱是[EMAIL]，请联系
          手机13812345678。 | 手机[PHONE]。
          手机 +86 138-1234-5678 | 手机 [PHONE]
          电话：010-62345678 | 电话：[PHONE]
          call (415) 555-2671 now | call [PHONE] now
          call +44 20 7946 0958 | call [PHONE]
          call 415-555-2671 | call [PHONE]
          身份证11010519491231002X号 | 身份证[CN_ID]号
          card 4111 1111 1111 1111 ok | card [BANK_CARD] ok
          卡号6222021234567890128 | 卡号[BANK_CARD]
          amex 378282246310005 | amex [BANK_CARD]
          server 93.184.216.34:80 | server [IPV4]:80
          at 2606:2800:220:1:248:1893:25c8:1946 now | at [IPV6] now
          key sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2 here | key [API_KEY] here
          AKIAIOSFODNN7EXAMPLE | [API_KEY]
          """)
  void masks(String text, String expected) {
    assertThat(masked(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1234567890123456 is not a card, 4111 1111 1111 1112 is not either",
        "110105194912310021 has a wrong check digit",
        "the sum of 13812345678901 and 2 is 13812345678903",
        "127.0.0.1, 192.168.1.20, 10.0.0.1, 0.0.0.0 and version 1.2.3.4",
        "pi is 3.14159265358979 and e is 2.718281828459045",
        "at 12:30:45 on 2024-01-31",
        "std::vector<int>, a::b::c",
        "use sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx as a placeholder",
        "@user and a@b",
        "100-200-3000 and 2023-2024",
        "1,234,567,890,123",
        "ISBN 978-7-111-21382-6"
      })
  void leavesWhatOnlyLooksLikeIt(String text) {
    assertThat(masked(text)).isEqualTo(text);
  }

  @Test
  void privateKeysGoAsAWhole() {
    assertThat(
            masked(
                "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nb"))
        .isEqualTo("a\n[API_KEY]\nb");
  }

  @Test
  void kindsLabelAndDroppingAreChosenAndCounted() {
    String text = "a@b.com and c@d.org, 13812345678";
    OneOperator.Result result =
        OneOperator.of("text_pii_masker", "kinds", List.of("email"), "label", "<%s>")
            .run(text("1", text));
    assertThat(((TextRecord) result.only()).text()).isEqualTo("<EMAIL> and <EMAIL>, 13812345678");
    assertThat(result.counts()).containsEntry("masked email", 2L).hasSize(1);
    assertThat(OneOperator.of("text_pii_masker", "drop", true).run(text("1", text)).reasons())
        .containsExactly("has personal data");
    assertThatThrownBy(() -> OneOperator.of("text_pii_masker", "kinds", List.of("fax")))
        .hasMessageContaining("'fax' is not known; allowed: api_key, email");
  }

  @Test
  void mathProblemsKeepTheirNumbers() {
    OneOperator masker = OneOperator.of("text_pii_masker");
    List<String> changed =
        SharedDatasets.strings("gsm8k/train.jsonl", "answer").stream()
            .filter(answer ->
                !((TextRecord) masker.run(text("1", answer)).only()).text().equals(answer))
            .toList();
    assertThat(changed).isEmpty();
  }

  @Test
  void whatToolsWereCalledWithIsMaskedAndMetadataWhereNamed() {
    ChatRecord chat =
        new ChatRecord(
            RecordHead.of("1").withMetadata("source", "a@example.com").withMetadata("n", 1),
            List.of(
                ChatMessage.user("Mail it."),
                new ChatMessage(
                    Role.ASSISTANT,
                    "",
                    Optional.empty(),
                    List.of(
                        new ToolCall(
                            "c1", "send", Map.of("to", List.of("bob@example.com"), "retries", 3))),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of())));
    ChatRecord masked =
        (ChatRecord)
            OneOperator.of("chat_pii_masker", "metadata_fields", List.of("source", "n"))
                .run(chat)
                .only();
    assertThat(masked.messages().getLast().toolCalls().getFirst().arguments())
        .isEqualTo(Map.of("to", List.of("[EMAIL]"), "retries", 3));
    assertThat(masked.head().metadata()).containsEntry("source", "[EMAIL]").containsEntry("n", 1);
    assertThat(OneOperator.of("chat_pii_masker", "mask_tool_calls", false).run(chat).only())
        .isEqualTo(chat);
  }
}
