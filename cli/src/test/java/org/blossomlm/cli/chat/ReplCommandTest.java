package org.blossomlm.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.blossomlm.cli.chat.ReplCommand.Switch;
import org.blossomlm.cli.chat.ReplCommand.Topic;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Commands of the chat")
class ReplCommandTest {
  @Test
  void words_after_a_command_are_its_arguments() {
    assertThat(ReplCommand.parse("/set parameter stop \"a b\""))
        .isEqualTo(new ReplCommand.SetParameter("stop", List.of("a b")));
    assertThat(ReplCommand.parse("/set parameter stop a b"))
        .isEqualTo(new ReplCommand.SetParameter("stop", List.of("a", "b")));
    assertThat(ReplCommand.parse("/set parameter stop a \"b  c\" d \"\" \"e"))
        .isEqualTo(new ReplCommand.SetParameter("stop", List.of("a", "b  c", "d", "", "\"e")));
    assertThat(ReplCommand.parse("/set system You are  a cat."))
        .isEqualTo(new ReplCommand.SetSystem("You are  a cat."));
    assertThat(ReplCommand.parse("/set verbose")).isEqualTo(new ReplCommand.Set(Switch.VERBOSE));
    assertThat(ReplCommand.parse("/show template")).isEqualTo(new ReplCommand.Show(Topic.TEMPLATE));
    assertThat(ReplCommand.parse("/save my chat.json"))
        .isEqualTo(new ReplCommand.Save("my chat.json"));
    assertThat(ReplCommand.parse("/? set")).isEqualTo(new ReplCommand.Help("set"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bye", "/exit", "/quit", "  /BYE  "})
  void several_words_leave(String line) {
    assertThat(ReplCommand.parse(line)).isEqualTo(new ReplCommand.Bye());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/set",
        "/set parameter",
        "/set parameter seed",
        "/set system",
        "/show x",
        "/save"
      })
  void an_incomplete_command_says_how_to_write_it(String line) {
    assertThat(ReplCommand.parse(line)).isInstanceOf(ReplCommand.Malformed.class);
  }

  @Test
  void an_unknown_command_is_not_a_message() {
    assertThat(ReplCommand.parse("/etc/passwd?"))
        .isEqualTo(new ReplCommand.Unknown("/etc/passwd?"));
  }

  @Test
  void triple_quotes_hold_several_lines() {
    assertThat(MultiLine.isOpen("\"\"\"one\ntwo")).isTrue();
    assertThat(MultiLine.isOpen("\"\"\"one\ntwo\"\"\"")).isFalse();
    assertThat(MultiLine.isOpen("say \"\"\"")).isFalse();
    assertThat(MultiLine.isOpen("/set system \"\"\"You")).isTrue();
    assertThat(MultiLine.unquote("\"\"\"\none\n\ntwo\n\"\"\"")).isEqualTo("one\n\ntwo");
    assertThat(MultiLine.unquote("/set system \"\"\"You\nare\"\"\""))
        .isEqualTo("/set system You\nare");
    assertThat(MultiLine.unquote("plain \"\"\" text")).isEqualTo("plain \"\"\" text");
  }
}
