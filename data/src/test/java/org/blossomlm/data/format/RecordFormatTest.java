package org.blossomlm.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A record in the formats of other programs")
class RecordFormatTest {
  private static final Origin ORIGIN = new Origin("in.jsonl", 3);

  private static Map<String, @Nullable Object> object(String json) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    if (JsonTree.parse(json) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> object.put(String.valueOf(name), value));
    }
    return object;
  }

  private static DataRecord read(String json) {
    return RecordFormat.detect(object(json)).read(object(json), ORIGIN);
  }

  private static String convert(String json, RecordFormat to) {
    return JsonTree.write(to.write(read(json)));
  }

  /** What a file says is written again to the letter. */
  private static void survives(RecordFormat format, String json) {
    assertThat(RecordFormat.detect(object(json))).isEqualTo(format);
    assertThat(JsonTree.write(format.write(format.read(object(json), ORIGIN)))).isEqualTo(json);
  }

  @Test
  void what_a_file_says_is_written_again_as_it_was() {
    survives(
        RecordFormat.BLOSSOMDATA,
        """
        {"id":"1","type":"chat","failed":false,"failure_reason":null,"metadata":{"a":1},\
        "messages":[{"role":"user","content":"hi"}],"more":[2.50e3]}\
        """
            .replace("2.50e3", "2500.0"));
    survives(
        RecordFormat.BLOSSOMDATA,
        """
        {"id":"1","type":"row","failed":false,"failure_reason":null,"metadata":{},\
        "data":{"x":null}}\
        """);
    survives(
        RecordFormat.BLOSSOM,
        """
        {"id":"1","type":"text","failed":true,"failure_reason":"timeout","metadata":{"a":1},\
        "content":"x","provenance":{"file":"a","row":2}}\
        """);
    survives(
        RecordFormat.OPENAI,
        """
        {"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",\
        "text":"x","cache_control":{"type":"ephemeral"}}],"name":"Ann"},{"role":"assistant",\
        "content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f",\
        "arguments":"{\\"a\\":1}"},"index":0}],"weight":0},{"role":"tool","content":"ok",\
        "tool_call_id":"c"}],"tools":[{"type":"function"}],"parallel_tool_calls":false}\
        """);
    survives(
        RecordFormat.OPENAI,
        """
        {"input":{"messages":[{"role":"user","content":"q"}],"tools":[]},\
        "preferred_output":[{"role":"assistant","content":"a"}],\
        "non_preferred_output":[{"role":"assistant","content":"b"}]}\
        """);
    survives(
        RecordFormat.CONVERSATIONS,
        """
        {"id":"7","conversations":[{"role":"user","content":"问"},{"role":"assistant",\
        "content":"答"}]}\
        """);
    survives(
        RecordFormat.SHAREGPT,
        """
        {"id":"QWJhYvA_0","conversations":[{"from":"human","value":"q"},{"from":"function_call",\
        "value":"{\\"name\\":\\"f\\",\\"arguments\\":{\\"a\\":1}}"},{"from":"observation",\
        "value":"1"},{"from":"gpt","value":"a","markdown":null}],"tools":"[]"}\
        """
            .replace(",\"tools\":\"[]\"", ""));
    survives(
        RecordFormat.ALPACA,
        """
        {"instruction":"Translate.","input":"cat","output":"猫","system":"s",\
        "history":[["q","a"]],"lang":"zh"}\
        """);
    survives(
        RecordFormat.PREFERENCE,
        """
        {"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"a"}],\
        "rejected":[{"role":"assistant","content":"b"}],"score_chosen":5}\
        """);
    survives(RecordFormat.TEXT, "{\"text\":\"once\",\"url\":\"u\"}");
    survives(RecordFormat.ROWS, "{\"question\":\"q\",\"answer\":\"a\",\"id\":null}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blossom     | {'id':'1','type':'chat','messages':[]}",
        "blossomdata | {'id':'1','type':'text','failed':false,'metadata':{},'content':''}",
        "preference  | {'prompt':'q','chosen':'a','rejected':'b'}",
        "preference  | {'instruction':'q','input':'','chosen':'a','rejected':'b'}",
        "preference  | {'conversations':[],'chosen':{'from':'gpt','value':''},'rejected':''}",
        "rows        | {'messages':[{'message':'a dialogue of another shape'}]}",
        "rows        | {'messages':[{'role':'user','content':{'answer':'x'}}]}",
        "rows        | {'messages':[]}",
        "rows        | {'instruction':'x','instances':[]}",
        "rows        | {'instruction':'x','output':['y']}",
        "rows        | {'chosen':1,'rejected':2}",
        "rows        | {}",
        "rows        | {'messages':[{'role':'usr','content':'another set of roles'}]}",
      })
  void the_format_is_seen_from_the_fields(String format, String json) {
    assertThat(RecordFormat.detect(object(json.replace('\'', '"'))).wireName()).isEqualTo(format);
  }

  @Test
  void messages_may_be_kept_as_a_string_of_json_as_in_tables() {
    String json = "{\"messages\":\"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"q\\\"}]\"}";
    assertThat(read(json))
        .isInstanceOfSatisfying(
            ChatRecord.class,
            chat -> assertThat(chat.messages()).containsExactly(ChatMessage.user("q")));
  }

  @Test
  void one_conversation_in_all_formats() {
    String alpaca =
        """
        {"instruction":"Translate.","input":"cat","output":"猫","system":"Be brief.","lang":"zh"}\
        """;
    assertThat(convert(alpaca, RecordFormat.OPENAI))
        .isEqualTo(
            """
            {"messages":[{"role":"system","content":"Be brief."},{"role":"user",\
            "content":"Translate.\\ncat"},{"role":"assistant","content":"猫"}],"input":"cat",\
            "lang":"zh"}\
            """);
    assertThat(convert(alpaca, RecordFormat.SHAREGPT))
        .isEqualTo(
            """
            {"conversations":[{"from":"system","value":"Be brief."},{"from":"human",\
            "value":"Translate.\\ncat"},{"from":"gpt","value":"猫"}],"input":"cat","lang":"zh"}\
            """);
    assertThat(convert(convert(alpaca, RecordFormat.SHAREGPT), RecordFormat.ALPACA))
        .isEqualTo(
            """
            {"instruction":"Translate.","input":"cat","output":"猫","system":"Be brief.",\
            "lang":"zh"}\
            """);
    assertThat(convert(alpaca, RecordFormat.BLOSSOMDATA))
        .matches("\\{\"id\":\"r-[0-9a-f]{24}\",\"type\":\"chat\",\"failed\":false.*");
  }

  @Test
  void preference_pairs_are_read_as_everybody_writes_them() {
    PreferenceRecord expected =
        new PreferenceRecord(
            RecordHead.of("1"),
            java.util.List.of(ChatMessage.user("q")),
            java.util.List.of(ChatMessage.assistant("a")),
            java.util.List.of(ChatMessage.assistant("b")));
    for (String json :
        java.util.List.of(
            "{'prompt':'q','chosen':'a','rejected':'b'}",
            "{'prompt':[{'role':'user','content':'q'}],'chosen':[{'role':'assistant','content':'a'}],"
                + "'rejected':[{'role':'assistant','content':'b'}]}",
            // The prompt is what both begin with.
            "{'chosen':[{'role':'user','content':'q'},{'role':'assistant','content':'a'}],"
                + "'rejected':[{'role':'user','content':'q'},{'role':'assistant','content':'b'}]}",
            "{'conversations':[{'from':'human','value':'q'}],'chosen':{'from':'gpt','value':'a'},"
                + "'rejected':{'from':'gpt','value':'b'}}",
            "{'instruction':'q','input':'','chosen':'a','rejected':'b'}",
            "{'input':{'messages':[{'role':'user','content':'q'}]},"
                + "'preferred_output':[{'role':'assistant','content':'a'}],"
                + "'non_preferred_output':[{'role':'assistant','content':'b'}]}")) {
      assertThat(read(json.replace('\'', '"')))
          .as(json)
          .isInstanceOfSatisfying(
              PreferenceRecord.class,
              pair -> {
                assertThat(pair.prompt()).isEqualTo(expected.prompt());
                assertThat(pair.chosen()).isEqualTo(expected.chosen());
                assertThat(pair.rejected()).isEqualTo(expected.rejected());
                assertThat(pair.head().extra()).isEmpty();
              });
    }
  }

  @Test
  void a_field_whose_name_means_something_in_the_other_format_is_put_aside_and_comes_back() {
    String openAi =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"type\":\"x\",\"data\":1}";
    String blossom = convert(openAi, RecordFormat.BLOSSOM);
    assertThat(blossom).endsWith("\"extra_fields\":{\"type\":\"x\",\"data\":1}}");
    assertThat(JsonTree.write(RecordFormat.OPENAI.write(read(blossom)))).isEqualTo(openAi);
  }

  @Test
  void the_id_is_the_own_one_or_follows_from_content_and_place() {
    assertThat(read("{\"id\":17,\"text\":\"x\"}").id()).isEqualTo("17");
    assertThat(read("{\"uid\":\"u\",\"q\":\"x\"}").id()).isEqualTo("u");
    String first = read("{\"text\":\"x\"}").id();
    assertThat(first).isEqualTo(read("{\"text\":\"x\"}").id()).matches("r-[0-9a-f]{24}");
    assertThat(first).isNotEqualTo(read("{\"text\":\"y\"}").id());
    assertThat(RecordFormat.TEXT.read(object("{\"text\":\"x\"}"), new Origin("in.jsonl", 4)).id())
        .isNotEqualTo(first);
    assertThat(RecordFormat.TEXT.read(object("{\"text\":\"x\"}"), new Origin("b.jsonl", 3)).id())
        .isNotEqualTo(first);
  }

  @Test
  void the_rows_of_the_dataset_viewer_are_unwrapped() {
    assertThat(read("{\"row_idx\":5,\"row\":{\"q\":1},\"truncated_cells\":[]}"))
        .isInstanceOfSatisfying(
            RowRecord.class, row -> assertThat(row.fields()).isEqualTo(Map.of("q", 1)));
  }

  @Test
  void columns_of_a_row_become_messages() {
    RowColumns columns = RowColumns.parse("sys=system, q=user,a=assistant");
    assertThat(columns.apply(read("{\"id\":\"1\",\"a\":5,\"q\":\"2+3?\",\"sys\":\"\",\"z\":0}")))
        .isInstanceOfSatisfying(
            ChatRecord.class,
            chat -> {
              assertThat(chat.messages())
                  .containsExactly(ChatMessage.user("2+3?"), ChatMessage.of(Role.ASSISTANT, "5"));
              assertThat(chat.head().extra()).isEqualTo(Map.of("z", 0));
            });
    assertThatThrownBy(() -> columns.apply(read("{\"b\":5,\"q\":\"2+3?\"}")))
        .hasMessageContainingAll("column a: found nothing", "there are b, q");
    assertThatThrownBy(() -> RowColumns.parse("q=users"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("found 'q=users'", "question=user,answer=assistant");
  }

  @Test
  void a_format_says_what_it_cannot_hold_and_which_one_can() {
    misfit("{\"text\":\"x\"}", RecordFormat.OPENAI, "openai cannot hold a text; use blossom");
    misfit("{\"q\":1}", RecordFormat.ALPACA, "alpaca cannot hold a row of a table", "--columns");
    misfit("{\"prompt\":\"\",\"chosen\":\"\",\"rejected\":\"\"}", RecordFormat.BLOSSOMDATA, "pair");
    misfit(messages("user"), RecordFormat.ALPACA, "does not end with an answer");
    misfit(messages("assistant"), RecordFormat.ALPACA, "without a question");
    misfit(messages("user", "user", "user", "assistant"), RecordFormat.ALPACA, "in turn");
    misfit(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":\"\","
            + "\"reasoning_content\":\"r\"}]}",
        RecordFormat.ALPACA,
        "alpaca cannot hold reasoning; use openai");
  }

  private static String messages(String... roles) {
    return java.util.Arrays.stream(roles)
        .map(role -> "{\"role\":\"" + role + "\",\"content\":\"x\"}")
        .collect(java.util.stream.Collectors.joining(",", "{\"messages\":[", "]}"));
  }

  private static void misfit(String json, RecordFormat format, String... reasons) {
    assertThatThrownBy(() -> format.write(read(json)))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(reasons);
  }

  @Test
  void what_is_wrong_inside_is_named() {
    wrong(RecordFormat.OPENAI, "{}", "messages: found nothing");
    wrong(RecordFormat.OPENAI, "{\"messages\":[{\"role\":\"x\"}]}", "messages[0].role: found 'x'");
    wrong(
        RecordFormat.CONVERSATIONS,
        "{\"conversations\":[{\"role\":\"x\"}]}",
        "conversations[0].role: found 'x'");
    wrong(
        RecordFormat.SHAREGPT,
        "{\"conversations\":[{\"from\":\"human\",\"value\":\"\"},{\"from\":\"cat\",\"value\":\"\"}]}",
        "conversations[1].from: found 'cat'");
    wrong(
        RecordFormat.SHAREGPT,
        "{\"conversations\":[{\"from\":\"function_call\",\"value\":\"oops\"}]}",
        "conversations[0].value: not JSON");
    wrong(RecordFormat.ALPACA, "{\"instruction\":5}", "instruction: found 5");
    wrong(
        RecordFormat.ALPACA,
        "{\"instruction\":\"\",\"output\":\"\",\"history\":[[\"a\"]]}",
        "history[0]: found a list");
    wrong(RecordFormat.BLOSSOM, "{\"type\":\"poem\"}", "type: found 'poem'");
    wrong(RecordFormat.TEXT, "{\"text\":null}", "text: found nothing");
    wrong(RecordFormat.PREFERENCE, "{\"chosen\":\"\"}", "rejected: found nothing");
  }

  private static void wrong(RecordFormat format, String json, String reason) {
    assertThatThrownBy(() -> format.read(object(json), ORIGIN))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void a_text_keeps_what_stands_beside_it() {
    assertThat(read("{\"text\":\"x\",\"metadata\":{\"a\":1},\"failed\":true,\"u\":2}"))
        .isInstanceOfSatisfying(
            TextRecord.class,
            text -> {
              assertThat(text.head().metadata()).isEqualTo(Map.of("a", 1));
              assertThat(text.failure()).hasValue("");
              assertThat(text.head().extra()).isEqualTo(Map.of("u", 2));
            });
  }
}
