package org.blossomlm.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.TokenStreamDecoder;
import org.blossomlm.model.tokenizer.Tokenizer;

/**
 * A token per byte (the id is the byte), three special tokens, and whatever longer tokens a test
 * wants the model to say; text is never encoded to those.
 */
final class FakeTokenizer implements Tokenizer {
  static final int BOS = 256;
  static final int EOS = 257;
  static final int END_OF_TURN = 258;
  static final int STRAY = 259;
  private static final List<String> SPECIAL = List.of("<s>", "</s>", "<|end|>", "<|stray|>");
  static final int FIRST_WORD = 256 + SPECIAL.size();

  private final List<String> words;
  private final boolean addBos;

  FakeTokenizer(String... words) {
    this(true, words);
  }

  private FakeTokenizer(boolean addBos, String... words) {
    this.addBos = addBos;
    this.words = List.of(words);
  }

  static FakeTokenizer withoutBos() {
    return new FakeTokenizer(false);
  }

  /** The id of one of the longer tokens. */
  int word(String text) {
    return FIRST_WORD + words.indexOf(text);
  }

  @Override
  public String description() {
    return "bytes";
  }

  @Override
  public int vocabularySize() {
    return FIRST_WORD + words.size();
  }

  @Override
  public String token(int id) {
    if (id >= FIRST_WORD) {
      return words.get(id - FIRST_WORD);
    }
    return id >= 256 ? SPECIAL.get(id - 256) : "<0x%02X>".formatted(id);
  }

  @Override
  public OptionalInt id(String token) {
    for (int id = 0; id < vocabularySize(); id++) {
      if (token(id).equals(token)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }

  @Override
  public boolean isSpecial(int id) {
    return id >= 256 && id < FIRST_WORD;
  }

  @Override
  public OptionalInt bos() {
    return OptionalInt.of(BOS);
  }

  @Override
  public OptionalInt eos() {
    return OptionalInt.of(EOS);
  }

  @Override
  public Set<Integer> endOfGeneration() {
    return Set.of(EOS, END_OF_TURN);
  }

  @Override
  public boolean addBos() {
    return addBos;
  }

  @Override
  public boolean addEos() {
    return true;
  }

  @Override
  public int[] encode(MarkedText text, boolean addSpecial) {
    List<Integer> ids = new ArrayList<>();
    if (addSpecial && addBos) {
      ids.add(BOS);
    }
    int i = 0;
    while (i < text.length()) {
      int special = specialAt(text, i);
      if (special >= 0) {
        ids.add(special);
        i += token(special).length();
      } else {
        int codePoint = text.text().codePointAt(i);
        for (byte unit : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
          ids.add(unit & 0xff);
        }
        i += Character.charCount(codePoint);
      }
    }
    if (addSpecial) {
      ids.add(EOS);
    }
    return ids.stream().mapToInt(id -> id).toArray();
  }

  private static int specialAt(MarkedText text, int from) {
    for (String special : SPECIAL) {
      if (text.text().startsWith(special, from) && text.isTrusted(from, from + special.length())) {
        return 256 + SPECIAL.indexOf(special);
      }
    }
    return -1;
  }

  @Override
  public String decode(int[] ids, boolean withSpecial) {
    var decoder = streamDecoder(withSpecial);
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  @Override
  public byte[] bytes(int id) {
    return id < 256 ? new byte[] {(byte) id} : token(id).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public TokenStreamDecoder streamDecoder(boolean withSpecial) {
    return new Decoder(withSpecial);
  }

  private final class Decoder implements TokenStreamDecoder {
    private final boolean withSpecial;
    private final CharsetDecoder utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer pending = ByteBuffer.allocate(0);

    Decoder(boolean withSpecial) {
      this.withSpecial = withSpecial;
    }

    @Override
    public String accept(int id) {
      return isSpecial(id) && !withSpecial ? "" : decode(bytes(id), false);
    }

    @Override
    public String finish() {
      return decode(new byte[0], true);
    }

    private String decode(byte[] more, boolean last) {
      var bytes = new ByteArrayOutputStream();
      bytes.write(pending.array(), pending.position(), pending.remaining());
      bytes.writeBytes(more);
      pending = ByteBuffer.wrap(bytes.toByteArray());
      var text = CharBuffer.allocate(bytes.size() + 1);
      utf8.reset().decode(pending, text, last);
      return text.flip().toString();
    }
  }
}
