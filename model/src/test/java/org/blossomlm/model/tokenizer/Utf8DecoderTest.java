package org.blossomlm.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** UTF-8 that arrives in parts, and what becomes of bytes that are no UTF-8. */
class Utf8DecoderTest {
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "61, a",
    "e4bda0, \u4F60",
    "f09f9880, \uD83D\uDE00",
    "ff, \uFFFD",
    "80, \uFFFD",
    "c0af, \uFFFD\uFFFD",
    "c3, \uFFFD",
    "c328, \uFFFD(",
    "e4bd, \uFFFD",
    "e4bd61, \uFFFDa",
    "e080af, \uFFFD\uFFFD\uFFFD",
    "eda080, \uFFFD\uFFFD\uFFFD",
    "f0808080, \uFFFD\uFFFD\uFFFD\uFFFD",
    "f09f98, \uFFFD",
    "f09f9861, \uFFFDa",
    "f48fbfbf, \uDBFF\uDFFF",
    "f4908080, \uFFFD\uFFFD\uFFFD\uFFFD",
    "f09fe4bda0, \uFFFD\u4F60",
    // The examples of the Unicode Standard, tables 3-8 to 3-11.
    "c0aff08081818241, \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA",
    "eda080edbfbfedaf41, \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA",
    "f4919293ff4180bf42, \uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB",
    "e180e2f09192f1bf41, \uFFFD\uFFFD\uFFFD\uFFFDA"
  })
  void replacesMaximalSubparts(String hex, String text) {
    assertThat(decode(HexFormat.of().parseHex(hex))).isEqualTo(text);
  }

  @Test
  void givesEveryCharacterBackWithItsLastByte() {
    for (int c = 0; c < 0x110000; c++) {
      if (c >= 0xD800 && c <= 0xDFFF) {
        continue;
      }
      byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
      Utf8Decoder decoder = new Utf8Decoder();
      StringBuilder out = new StringBuilder();
      for (int i = 0; i + 1 < bytes.length; i++) {
        decoder.accept(new byte[] {bytes[i]}, 0, out);
        assertThat(out.length()).isZero();
      }
      decoder.accept(bytes, bytes.length - 1, out);
      assertThat(out.codePointAt(0)).isEqualTo(c);
    }
  }

  private static String decode(byte[] bytes) {
    Utf8Decoder decoder = new Utf8Decoder();
    StringBuilder out = new StringBuilder();
    decoder.accept(bytes, 0, out);
    decoder.finish(out);
    return out.toString();
  }
}
