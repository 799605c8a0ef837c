package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalisation by the tables of the Rust library, whatever Unicode version Java has. */
class UnicodeNormalizationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Form.class)
  void treatsEveryCharacterAsTheRustLibraryDoes(Form form) throws IOException {
    Path file =
        TinyTokenizer.byteLevel("ab", 1)
            .with("normalizer", "{\"type\":\"" + form + "\"}")
            .with(
                "pre_tokenizer",
                "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,"
                    + "\"use_regex\":false}")
            .write(folder);
    Tokenizer ours = Tokenizer.fromJson(file);
    List<String> different = new ArrayList<>();
    try (HuggingFaceTokenizer theirs =
        HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false"))) {
      List<String> batch = new ArrayList<>();
      for (int c = 0; c < 0x110000; c++) {
        if (isWorthwhile(c)) {
          String s = Character.toString(c);
          String apart = Normalizer.normalize(s, Form.NFD);
          batch.add("a" + s + "\u0301\u0316" + apart + "\u0316" + s + "\u0327b");
        }
        if (batch.size() == 100 || c == 0x10FFFF) {
          compare(String.join("", batch), ours, theirs, different);
          batch.clear();
        }
      }
    }
    assertThat(different).isEmpty();
  }

  private static void compare(
      String text, Tokenizer ours, HuggingFaceTokenizer theirs, List<String> different) {
    int[] ids = ours.encode(MarkedText.trusted(text), false);
    long[] expected = theirs.encode(text, false, false).getIds();
    for (int i = 0; i < Math.max(ids.length, expected.length); i++) {
      if (i >= ids.length || i >= expected.length || ids[i] != expected[i]) {
        different.add("U+%04X and on".formatted(text.codePointAt(1)));
        return;
      }
    }
  }

  private static boolean isWorthwhile(int c) {
    int type = Character.getType(c);
    boolean sampled =
        (c >= 0x4E00 && c < 0xA000)
            || (c >= 0xAC00 && c < 0xD7A4)
            || (c >= 0x17000 && c < 0x1B000)
            || (c >= 0x20000 && c < 0xE0000);
    return type != Character.SURROGATE
        && type != Character.UNASSIGNED
        && type != Character.PRIVATE_USE
        && (!sampled
            || c % 59 == 0
            || (c >= 0xF900 && c < 0xFB00)
            || (c >= 0x2F800 && c < 0x2FA20));
  }

  @Test
  void aNewCharacterIsLeftAloneBetweenOldOnes() {
    String text = "e\u0301\uD804\uDF82\uD804\uDFC9e\u0301";
    assertThat(UnicodeNormalization.normalize(text, Form.NFC))
        .isEqualTo("\u00E9\uD804\uDF82\uD804\uDFC9\u00E9");
  }
}
