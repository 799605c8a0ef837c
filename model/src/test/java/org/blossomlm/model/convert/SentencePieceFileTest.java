package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.blossomlm.model.tokenizer.TokenKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SentencePieceFileTest {
  private static final SentencePieceFile SMALL =
      new SentencePieceFile(
          List.of(
              new SentencePieceFile.Piece("<unk>", 0, TokenKind.UNKNOWN),
              new SentencePieceFile.Piece("<0x0A>", 0, TokenKind.BYTE),
              new SentencePieceFile.Piece("▁你好", -1.5f, TokenKind.NORMAL)),
          SentencePieceFile.Algorithm.BPE,
          false,
          0,
          -1,
          2,
          -1);

  @Test
  void what_is_written_is_read() throws Exception {
    assertThat(SentencePieceFile.parse(SMALL.toBytes())).isEqualTo(SMALL);
  }

  @Test
  void any_bytes_are_a_model_or_refused() {
    byte[] whole = SMALL.toBytes();
    for (long seed = 0; seed < 3000; seed++) {
      var random = new SplittableRandom(seed);
      byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int i = 0; i < random.nextInt(4) && bytes.length > 0; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(SentencePieceFile.parse(bytes).pieces()).as("seed %d", seed).isNotEmpty();
      } catch (SentencePieceFile.NotSentencePiece e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("[^\n]+");
      }
    }
  }

  @Test
  void fields_longer_than_the_file_are_refused() {
    assertThatThrownBy(() -> SentencePieceFile.parse(new byte[] {0x0A, 0x7F, 1}))
        .hasMessageContaining("longer than the file");
    assertThatThrownBy(() -> SentencePieceFile.parse(new byte[] {(byte) 0xFF, (byte) 0xFF}))
        .hasMessageContaining("does not end");
    assertThatThrownBy(() -> SentencePieceFile.parse(new byte[0]))
        .hasMessageContaining("no pieces");
  }

  @ParameterizedTest
  @EnumSource
  void every_way_to_cut_text_is_told_apart(SentencePieceFile.Algorithm algorithm) throws Exception {
    var file = new SentencePieceFile(SMALL.pieces(), algorithm, true, 0, 1, 2, -1);
    assertThat(SentencePieceFile.parse(file.toBytes()).algorithm()).isEqualTo(algorithm);
  }

  @Test
  void numbers_that_mean_nothing_are_refused() {
    byte[] trainer = {0x12, 2, 0x18, 9}; // trainer_spec { model_type: 9 }
    assertThatThrownBy(() -> SentencePieceFile.parse(trainer)).hasMessage("its model_type is 9");
    byte[] piece = {0x0A, 5, 0x15, 0, 0, (byte) 0xC0, 0x7F}; // pieces { score: nan }
    assertThatThrownBy(() -> SentencePieceFile.parse(piece)).hasMessageContaining("score NaN");
  }
}
