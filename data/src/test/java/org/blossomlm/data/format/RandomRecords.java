package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.Provenance.Step;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Content;
import org.blossomlm.model.chat.ContentPart;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.chat.ToolCall;
import org.jspecify.annotations.Nullable;

/** Records of every kind with whatever they can hold, from a seed. */
@SuppressWarnings("NullAway") // Class files of records do not say that values may be null.
public final class RandomRecords {
  private static final List<String> WORDS =
      List.of(
          "",
          " ",
          "hello",
          "你好",
          "a,b",
          "\"quoted\"",
          "line\nbreak",
          "\r\n",
          "tab\t",
          "😀",
          "\u2028",
          "\u0085",
          "null",
          "0",
          "{x}",
          "'",
          "\\",
          "\u0000",
          "ﷺ",
          "e\u0301",
          "</s>",
          "<image>",
          "\uFEFF");

  private static final List<String> NAMES =
      List.of("source", "lang", "score", "type", "id", "messages", "data", "input", "weight", "值");

  private final RandomGenerator random;

  public RandomRecords(RandomGenerator random) {
    this.random = random;
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }

  @Nullable Object json(int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt();
      case 3 -> random.nextLong(1L << 40, 1L << 60);
      case 4 -> random.nextDouble() * Math.pow(10, random.nextInt(-200, 200));
      case 5, 6 -> text();
      case 7 -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(json(depth - 1));
        }
        yield list;
      }
      default -> object(depth - 1);
    };
  }

  Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(NAMES.get(random.nextInt(NAMES.size())), json(depth));
    }
    return map;
  }

  private <T> Optional<T> maybe(T value) {
    return random.nextInt(4) == 0 ? Optional.of(value) : Optional.empty();
  }

  /** A message with only a text. */
  public ChatMessage plain(Role role) {
    return ChatMessage.of(role, text());
  }

  ChatMessage message() {
    Role role = Role.values()[random.nextInt(4)];
    List<ToolCall> calls = new ArrayList<>();
    if (role == Role.ASSISTANT) {
      for (int i = random.nextInt(5) - 2; i > 0; i--) {
        calls.add(new ToolCall(random.nextBoolean() ? "" : "c" + i, "f" + i, object(2)));
      }
    }
    return new ChatMessage(
        role,
        body(),
        maybe(text()),
        calls,
        role == Role.TOOL ? maybe("c1") : Optional.empty(),
        maybe("Ann"),
        random.nextInt(3) == 0 ? object(2) : Map.of());
  }

  private Content body() {
    return switch (random.nextInt(6)) {
      case 0 -> new Content.None();
      case 1 -> {
        List<ContentPart> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
          parts.add(
              random.nextBoolean()
                  ? new ContentPart.Text(text())
                  : new ContentPart.Image("a.png", maybe("low")));
        }
        yield new Content.Parts(parts);
      }
      default -> new Content.Text(text());
    };
  }

  private List<ChatMessage> messages() {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      messages.add(message());
    }
    return messages;
  }

  /** Everything that a head can have. */
  public RecordHead head(long number) {
    Provenance provenance = Provenance.from("in/file.jsonl", number + 1);
    if (random.nextBoolean()) {
      provenance =
          provenance.and(new Step("step", random.nextBoolean() ? List.of() : List.of("k")));
    }
    return new RecordHead(
        "own-" + number, object(2), provenance, maybe("HTTP 500: " + text()), object(2));
  }

  public ChatRecord chat(long number) {
    return new ChatRecord(
        head(number),
        messages(),
        random.nextInt(4) == 0 ? List.of(Map.of("type", "function")) : List.of());
  }

  /** Questions and answers in turn, texts alone, as the narrowest formats hold them. */
  public ChatRecord plainChat(long number) {
    List<ChatMessage> messages = new ArrayList<>();
    if (random.nextBoolean()) {
      messages.add(ChatMessage.system("s" + text()));
    }
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      messages.add(plain(Role.USER));
      messages.add(plain(Role.ASSISTANT));
    }
    return new ChatRecord(head(number), messages);
  }

  public DataRecord record(long number) {
    return switch (random.nextInt(5)) {
      case 0 -> new TextRecord(head(number), text());
      case 1 -> new RowRecord(head(number), object(3));
      case 2 -> new PreferenceRecord(head(number), messages(), messages(), messages());
      default -> chat(number);
    };
  }
}
