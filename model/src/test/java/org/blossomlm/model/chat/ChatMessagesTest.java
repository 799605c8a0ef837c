package org.blossomlm.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.model.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatMessagesTest {
  private static ChatMessage one(String json) {
    return ChatMessages.read("[" + json + "]").getFirst();
  }

  @Test
  void readsPlainMessages() {
    assertThat(
            ChatMessages.read(
                """
                {"model": "m", "messages": [
                  {"role": "system", "content": "S"},
                  {"role": "user", "content": "你好 😀"},
                  {"role": "assistant", "content": ""}]}
                """))
        .containsExactly(
            ChatMessage.system("S"), ChatMessage.user("你好 😀"), ChatMessage.assistant(""));
  }

  @Test
  void keepsTheShapeOfContent() {
    assertThat(one("{'role':'user','content':'a'}".replace('\'', '"')).body())
        .isEqualTo(new Content.Text("a"));
    assertThat(one("{'role':'assistant','content':null}".replace('\'', '"')).body())
        .isEqualTo(new Content.None());
    ChatMessage parts =
        one(
            """
            {"role": "user", "content": [
              {"type": "text", "text": "What is "},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
              {"type": "image", "image": "cat.png"},
              "this?"]}
            """);
    assertThat(parts.body())
        .isEqualTo(
            new Content.Parts(
                List.of(
                    new ContentPart.Text("What is "),
                    new ContentPart.Image("data:image/png;base64,AA", Optional.of("low")),
                    new ContentPart.Image("cat.png", Optional.empty()),
                    new ContentPart.Text("this?"))));
    assertThat(parts.content()).isEqualTo("What is this?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"city\": \"Paris\", \"days\": 2}",
        "\"{\\\"city\\\": \\\"Paris\\\", \\\"days\\\": 2}\""
      })
  void readsArgumentsAsObjectOrText(String arguments) {
    ChatMessage message =
        one(
            """
            {"role": "assistant", "content": null, "tool_calls": [
              {"id": "c1", "type": "function", "function": {"name": "f", "arguments": %s}}]}
            """
                .formatted(arguments));
    assertThat(message.toolCalls())
        .containsExactly(new ToolCall("c1", "f", Map.of("city", "Paris", "days", 2)));
  }

  @Test
  void readsAFlatToolCallWithoutArguments() {
    assertThat(
            one("{\"role\": \"assistant\", \"tool_calls\": [{\"name\": \"f\", \"arguments\": \"\"}]}")
                .toolCalls())
        .containsExactly(new ToolCall("", "f", Map.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reasoning_content", "reasoning", "thinking"})
  void readsReasoningUnderEachName(String name) {
    ChatMessage message =
        one("{\"role\": \"assistant\", \"content\": \"a\", \"" + name + "\": \"hm\"}");
    assertThat(message.reasoning()).hasValue("hm");
    assertThat(message.extra()).isEmpty();
  }

  @Test
  void readsDeveloperAndFunctionRoles() {
    assertThat(one("{\"role\": \"developer\", \"content\": \"x\"}").role()).isEqualTo(Role.SYSTEM);
    assertThat(one("{\"role\": \"function\", \"content\": \"x\"}").role()).isEqualTo(Role.TOOL);
  }

  @Test
  void keepsUnknownFieldsInOrder() {
    ChatMessage message =
        one("{\"z\": 1, \"role\": \"user\", \"a\": [true, null], \"content\": \"x\", \"m\": {}}");
    assertThat(message.extra().keySet()).containsExactly("z", "a", "m");
    assertThat(ChatMessages.write(List.of(message)))
        .isEqualTo("[{\"role\":\"user\",\"content\":\"x\",\"z\":1,\"a\":[true,null],\"m\":{}}]");
  }

  @Test
  void writesWhatItReads() {
    String json =
        """
        [{"role":"assistant","content":null,"reasoning_content":"r","tool_calls":[{"id":"c1",\
        "type":"function","function":{"name":"f","arguments":"{\\"x\\":[1,2.5,\\"é\\"]}"}}]},\
        {"role":"tool","content":"20","tool_call_id":"c1","name":"f"},\
        {"role":"user","content":[{"type":"text","text":"t"}],"extra":{"k":"v"}}]\
        """;
    List<ChatMessage> messages = ChatMessages.read(json);
    assertThat(ChatMessages.read(ChatMessages.write(messages))).isEqualTo(messages);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "==>",
      quoteCharacter = '`',
      textBlock =
          """
          5 ==> messages: found 5, allowed is a list
          {} ==> messages: found nothing, allowed is a list
          ["x"] ==> messages[0]: found 'x', allowed is an object
          [{"role": "bot"}] ==> messages[0].role: found 'bot', allowed is system, user, assistant or tool
          [{"content": "x"}] ==> messages[0].role: found nothing, allowed is system, user, assistant or tool
          [{"role": "user", "content": 5}] ==> messages[0].content: found 5, allowed is a string, a list of parts or null
          [{"role": "user", "content": [{"type": "audio"}]}] ==> messages[0].content[0].type: found 'audio', allowed is text, image_url or image
          [{"role": "user", "content": [{"type": "text"}]}] ==> messages[0].content[0].text: found nothing, allowed is a string
          [{"role": "user", "name": 1}] ==> messages[0].name: found 1, allowed is a string
          [{"role": "assistant", "tool_calls": {}}] ==> messages[0].tool_calls: found an object, allowed is a list
          [{"role": "assistant", "tool_calls": [{"function": {}}]}] ==> messages[0].tool_calls[0].function.name: found nothing, allowed is a string
          [{"role": "assistant", "tool_calls": [{"name": "f", "arguments": 5}]}] ==> messages[0].tool_calls[0].arguments: found 5, allowed is an object, or a string with the JSON of one
          [{"role": "assistant", "tool_calls": [{"name": "f", "arguments": "[1]"}]}] ==> messages[0].tool_calls[0].arguments: found '[1]', allowed is an object, or a string with the JSON of one
          """)
  void saysWhatIsWrongAndWhere(String json, String message) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ChatMessages.read(json))
        .withMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "[{\"role\"", "nope"})
  void refusesWhatIsNoJson(String json) {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> ChatMessages.read(json))
        .withMessageStartingWith("messages: ");
  }
}
