package org.blossomlm.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.blossomlm.model.chat.ChatMessage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What a chat keeps in files")
class HistoryFileTest {
  @TempDir Path folder;

  @Test
  void entries_come_back_as_they_were() {
    Path path = folder.resolve("a/b/history");
    HistoryFile file = new HistoryFile(path, 10);
    List<String> entries = List.of("plain", "two\nlines", "back\\slash \\n", "中文");
    entries.forEach(file::append);
    assertThat(new HistoryFile(path, 10).load()).isEqualTo(entries);
  }

  @Test
  void only_the_newest_are_kept_and_only_the_user_can_read_them() throws IOException {
    Path path = folder.resolve("history");
    HistoryFile file = new HistoryFile(path, 3);
    for (int i = 0; i < 10; i++) {
      file.append("entry " + i);
    }
    assertThat(file.load()).containsExactly("entry 7", "entry 8", "entry 9");
    assertThat(Files.readAllLines(path)).hasSize(3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_history_that_cannot_be_kept_does_not_disturb() throws IOException {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    HistoryFile file = new HistoryFile(notAFolder.resolve("history"), 3);
    file.append("x");
    assertThat(file.load()).isEmpty();
  }

  @Test
  void a_conversation_is_saved_with_its_parameters() throws IOException {
    Parameters parameters = new Parameters();
    parameters.set(Parameter.TEMPERATURE, "0.3");
    parameters.set(Parameter.STOP, "x");
    List<ChatMessage> messages =
        List.of(
            ChatMessage.system("Be brief."), ChatMessage.user("你好"), ChatMessage.assistant("Hi\n"));
    Path path = folder.resolve("chat.json");
    SavedConversation.of(Path.of("m.gguf"), parameters, messages).write(path);
    SavedConversation read = SavedConversation.read(path);
    assertThat(read.messages()).isEqualTo(messages);
    assertThat(read.settings().asMap()).isEqualTo(parameters.asMap());
    assertThat(read.model()).isEqualTo("m.gguf");
  }

  @Test
  void messages_alone_can_be_loaded() throws IOException {
    Path path =
        Files.writeString(folder.resolve("m.json"), "[{\"role\": \"user\", \"content\": \"Hi\"}]");
    assertThat(SavedConversation.read(path).messages()).containsExactly(ChatMessage.user("Hi"));
  }
}
