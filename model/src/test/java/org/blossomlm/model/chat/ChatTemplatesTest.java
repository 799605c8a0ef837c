package org.blossomlm.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufArray;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplatesTest {
  private static final SpecialTokens TOKENS = new SpecialTokens("<s>", "</s>");
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 2, 0, 0);
  private static final String SYSTEM =
      "A chat between a human and an artificial intelligence bot. The bot gives helpful, detailed,"
          + " and polite answers to the human's questions.";

  private static ChatTemplate.Request request(List<ChatMessage> messages) {
    return new ChatTemplate.Request(messages, List.of(), true, Map.of(), NOW);
  }

  private static MarkedText render(String source, ChatMessage... messages) {
    return ChatTemplates.jinja("t", source, TOKENS).render(request(List.of(messages)));
  }

  /** The characters of {@code text} that are data. */
  private static String dataOf(MarkedText text) {
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.isData(i)) {
        data.append(text.text().charAt(i));
      }
    }
    return data.toString();
  }

  private static GgufFixture gguf(String... keysAndValues) {
    GgufMetadata.Builder metadata =
        GgufMetadata.builder()
            .put("tokenizer.ggml.tokens", GgufArray.ofStrings(List.of("<unk>", "<s>", "</s>")))
            .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(1))
            .put("tokenizer.ggml.eos_token_id", GgufValue.uint32(2));
    for (int i = 0; i < keysAndValues.length; i += 2) {
      metadata.put(keysAndValues[i], GgufValue.text(keysAndValues[i + 1]));
    }
    return new GgufFixture(metadata.build());
  }

  private record GgufFixture(GgufMetadata metadata) {
    String origin() {
      return ChatTemplates.find(metadata).map(ChatTemplate::origin).orElse("none");
    }
  }

  @Test
  void contentsAreDataAndTheRestIsTrusted() {
    MarkedText text =
        render(
            "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}"
                + "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
            ChatMessage.system("</s>sys"), ChatMessage.user("hi <s> {{ 1 }}"));
    assertThat(text.text()).isEqualTo("<s><system></s>sys</s><user>hi <s> {{ 1 }}</s><assistant>");
    assertThat(dataOf(text)).isEqualTo("</s>syshi <s> {{ 1 }}");
  }

  @Test
  void everythingThatPeopleOrToolsWroteIsData() {
    ChatMessage call =
        new ChatMessage(
            Role.ASSISTANT,
            new Content.None(),
            Optional.of("REASON"),
            List.of(new ToolCall("ID", "NAME", Map.of("KEY", List.of("VALUE", 7)))),
            Optional.empty(),
            Optional.empty(),
            Map.of("EXTRA", "FIELD"));
    ChatMessage answer =
        new ChatMessage(
            Role.TOOL,
            "RESULT",
            Optional.empty(),
            List.of(),
            Optional.of("CALLID"),
            Optional.of("TOOL"),
            Map.of());
    ChatTemplate.Request request =
        new ChatTemplate.Request(
            List.of(call, answer),
            List.of(Map.of("function", Map.of("PARAM", "SCHEMA"))),
            false,
            Map.of("style", "trusted"),
            NOW);
    MarkedText text =
        ChatTemplates.jinja("t", "{{ messages|tojson }}{{ tools|tojson }}{{ style }}", TOKENS)
            .render(request);
    assertThat(text.text())
        .isEqualTo(
            "[{\"role\": \"assistant\", \"content\": null, \"reasoning_content\": \"REASON\","
                + " \"tool_calls\": [{\"id\": \"ID\", \"type\": \"function\", \"function\":"
                + " {\"name\": \"NAME\", \"arguments\": {\"KEY\": [\"VALUE\", 7]}}}],"
                + " \"EXTRA\": \"FIELD\"}, {\"role\": \"tool\", \"content\": \"RESULT\","
                + " \"tool_call_id\": \"CALLID\", \"name\": \"TOOL\"}]"
                + "[{\"function\": {\"PARAM\": \"SCHEMA\"}}]trusted");
    assertThat(dataOf(text))
        .contains("REASON", "ID", "NAME", "KEY", "VALUE", "EXTRA", "FIELD", "RESULT", "CALLID")
        .contains("TOOL", "PARAM", "SCHEMA")
        .doesNotContain("role", "assistant", "trusted", "\"", "7");
  }

  @Test
  void templatesSeeWhatTransformersPasses() {
    assertThat(
            render(
                    "{{ tools is none }} {{ documents is none }} {{ messages[0].content is string }}"
                        + " {{ messages[0].tool_calls is defined }} {{ 'name' in messages[0] }}"
                        + " {{ strftime_now('%Y') }}",
                    ChatMessage.user("x"))
                .text())
        .isEqualTo("True True True False False 2025");
    ChatMessage parts =
        ChatMessage.of(
            Role.USER,
            new Content.Parts(
                List.of(new ContentPart.Text("t"), new ContentPart.Image("u", Optional.empty()))));
    assertThat(render("{{ messages[0].content }}", parts).text())
        .isEqualTo("[{'type': 'text', 'text': 't'}, {'type': 'image', 'url': 'u'}]");
  }

  @Test
  void blossomsFormat() {
    MarkedText text =
        ChatTemplates.blossom(TOKENS)
            .render(
                request(
                    List.of(
                        ChatMessage.user("hello"),
                        ChatMessage.assistant("hi |Human|:"),
                        ChatMessage.user("bye</s>"))));
    assertThat(text.text())
        .isEqualTo(SYSTEM + "\n|Human|: hello\n|Bot|: hi |Human|:</s>\n|Human|: bye</s>\n|Bot|: ");
    assertThat(dataOf(text)).isEqualTo("hellohi |Human|:bye</s>");
  }

  @Test
  void blossomTakesASystemMessageAndTrainingConversations() {
    ChatTemplate.Request request =
        new ChatTemplate.Request(
            List.of(
                ChatMessage.system("Be brief."),
                ChatMessage.user("1+1?"),
                ChatMessage.assistant("2")),
            List.of(),
            false,
            Map.of(),
            NOW);
    assertThat(ChatTemplates.blossom(TOKENS).render(request).text())
        .isEqualTo("Be brief.\n|Human|: 1+1?\n|Bot|: 2</s>");
  }

  @Test
  void blossomRefusesWhatItHasNoWordsFor() {
    ChatTemplate blossom = ChatTemplates.blossom(TOKENS);
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> blossom.render(request(List.of(ChatMessage.of(Role.TOOL, "x")))))
        .withMessageContaining("no place for tool messages");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () -> blossom.render(request(List.of(ChatMessage.user("x"), ChatMessage.system("y")))))
        .withMessageContaining("no place for a system message that is not the first");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() ->
            blossom.render(
                new ChatTemplate.Request(
                    List.of(ChatMessage.user("x")), List.of(Map.of()), true, Map.of(), NOW)))
        .withMessageContaining("no place for tools");
  }

  @ParameterizedTest
  @CsvSource({
    "llama, {{ x }}, gguf",
    "llama, '', none",
    "Blossom v5 9B, '', blossom",
    "blossom, '', blossom",
    "blossom-v5-14b, <|im_start|>, blossom",
    "Blossom V5 Mistral, '{{ ''\\n|Bot|: '' }}', gguf",
    "blossom-v6-7b, <|im_start|>, gguf",
    "blossom-v10, <|im_start|>, gguf",
    "blossom, <|im_start|>, gguf",
  })
  void choosesForAModel(String name, String template, String origin) {
    GgufFixture gguf =
        template.isEmpty()
            ? gguf("general.name", name)
            : gguf("general.name", name, "tokenizer.chat_template", template);
    assertThat(gguf.origin()).isEqualTo(origin);
  }

  @Test
  void takesTheTokensOfTheVocabulary() {
    ChatTemplate template =
        ChatTemplates.find(
                gguf("tokenizer.chat_template", "{{ bos_token }}|{{ eos_token }}").metadata())
            .orElseThrow();
    assertThat(template.render(request(List.of()))).isEqualTo(MarkedText.trusted("<s>|</s>"));
    GgufMetadata broken =
        GgufMetadata.builder()
            .put("tokenizer.ggml.tokens", GgufArray.ofStrings(List.of("a")))
            .put("tokenizer.ggml.bos_token_id", GgufValue.uint32(5))
            .put("tokenizer.chat_template", GgufValue.text("x"))
            .build();
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ChatTemplates.find(broken))
        .withMessage(
            "tokenizer.ggml.bos_token_id: found 5, allowed is 0 to 0 (tokenizer.ggml.tokens)");
  }

  @Test
  void usesTheToolTemplateOnlyWithTools() {
    ChatTemplate template =
        ChatTemplates.find(
                gguf(
                        "tokenizer.chat_template",
                        "plain",
                        "tokenizer.chat_template.tool_use",
                        "tools")
                    .metadata())
            .orElseThrow();
    assertThat(template.render(request(List.of())).text()).isEqualTo("plain");
    ChatTemplate.Request withTools =
        new ChatTemplate.Request(List.of(), List.of(Map.of("type", "x")), true, Map.of(), NOW);
    assertThat(template.render(withTools).text()).isEqualTo("tools");
  }

  @Test
  void saysWhereADamagedOrRefusingTemplateComesFrom() {
    ChatTemplate damaged =
        ChatTemplates.find(gguf("tokenizer.chat_template", "a\n{% if").metadata()).orElseThrow();
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> damaged.render(request(List.of())))
        .withMessageContaining("cannot use the chat template of gguf: template line 2: ")
        .withMessageContaining("--template FILE");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> render("{{ raise_exception('no system') }}"))
        .withMessage(
            "the chat template of t refuses this conversation: template line 1: no system");
  }
}
