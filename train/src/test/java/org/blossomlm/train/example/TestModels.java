package org.blossomlm.train.example;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.SpecialTokens;
import org.blossomlm.model.tokenizer.Tokenizer;

/** Tokenizers and templates that tests build samples with. */
final class TestModels {
  static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 2, 0, 0);

  /** What looks like a special token in the text of a template. */
  private static final Pattern SPECIAL =
      Pattern.compile(
          "<[|｜][^<>|｜\"' ]*[|｜]>|</?[a-z_]+_of_[a-z]+>|\\[/?[A-Z_]+\\]|<turn\\|>|<\\|turn>|<sep>");

  private TestModels() {}

  static Path fixture(String name) {
    Path path = Path.of(System.getProperty("blossom.fixtures", "absent"), name);
    assumeTrue(Files.exists(path), "skipped: the fixtures folder has no " + path);
    return path;
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Every text in {@code template} that has the shape of a special token, and the usual ones. */
  static Set<String> specialTokens(String template) {
    Set<String> tokens = new LinkedHashSet<>(List.of("<s>", "</s>"));
    Matcher matcher = SPECIAL.matcher(template);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    return tokens;
  }

  /**
   * A byte-level tokenizer without merges: 256 bytes, then {@code special}; the first is BOS, the
   * second EOS.
   */
  static Tokenizer bytes(Path folder, Collection<String> special) {
    StringBuilder vocabulary = new StringBuilder();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean visible = (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      char c = visible ? (char) b : (char) next++;
      String spelt = c == '"' || c == '\\' ? "\\" + c : String.valueOf(c);
      vocabulary.append(b == 0 ? "" : ",").append('"').append(spelt).append("\":").append(b);
    }
    List<String> names = new ArrayList<>(special);
    StringBuilder added = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      added
          .append(i == 0 ? "" : ",")
          .append(
              "{\"id\":%d,\"content\":\"%s\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}"
                  .formatted(256 + i, names.get(i)));
    }
    String json =
        """
        {"version":"1.0","added_tokens":[%s],"normalizer":null,
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
         "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
         "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
          "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"vocab":{%s},"merges":[]}}
        """
            .formatted(added, vocabulary);
    String config =
        "{\"bos_token\":\"%s\",\"eos_token\":\"%s\"}".formatted(names.get(0), names.get(1));
    try {
      Files.writeString(folder.resolve("tokenizer.json"), json, StandardCharsets.UTF_8);
      Files.writeString(folder.resolve("tokenizer_config.json"), config, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Tokenizer.fromJson(folder.resolve("tokenizer.json"));
  }

  static ChatTemplate template(String source) {
    return ChatTemplates.jinja("test", source, new SpecialTokens("<s>", "</s>"));
  }

  /** ChatML, as Qwen2 has it. */
  static final String CHATML =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n'"
          + " + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

  /** A conversation; user and assistant take turns, the user first. */
  static ChatRecord chat(String id, String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i++) {
      messages.add(ChatMessage.of(i % 2 == 0 ? Role.USER : Role.ASSISTANT, turns[i]));
    }
    return new ChatRecord(RecordHead.of(id), messages);
  }

  /** The text of the learnt tokens; {@code ¦} between parts that do not touch. */
  static String learnt(Tokenizer tokenizer, Example example) {
    StringBuilder text = new StringBuilder();
    List<Integer> part = new ArrayList<>();
    for (int i = 0; i <= example.length(); i++) {
      if (i < example.length() && example.learnt()[i]) {
        part.add(example.tokens()[i]);
      } else if (!part.isEmpty()) {
        text.append(text.isEmpty() ? "" : "¦")
            .append(tokenizer.decode(part.stream().mapToInt(Integer::intValue).toArray(), true));
        part.clear();
      }
    }
    return text.toString();
  }
}
