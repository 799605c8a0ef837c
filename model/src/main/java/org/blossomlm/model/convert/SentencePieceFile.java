package org.blossomlm.model.convert;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.blossomlm.model.tokenizer.TokenKind;

/**
 * A {@code tokenizer.model}: SentencePiece's {@code ModelProto}, of which these fields count:
 *
 * <pre>
 * 1 pieces (repeated): 1 piece, 2 score (float), 3 type (1 normal ... 6 byte)
 * 2 trainer_spec: 3 model_type (see Algorithm), 40 to 43 ids of unk, bos, eos, pad
 * 3 normalizer_spec: 3 add_dummy_prefix
 * </pre>
 *
 * @param pieces in the order of their ids
 * @param algorithm how text is cut into pieces
 * @param spacePrefix whether a space goes before the first word
 * @param unknown id, or -1
 * @param bos id, or -1
 * @param eos id, or -1
 * @param padding id, or -1
 */
record SentencePieceFile(
    List<Piece> pieces,
    Algorithm algorithm,
    boolean spacePrefix,
    int unknown,
    int bos,
    int eos,
    int padding) {
  private static final long LARGEST = 256 << 20;
  private static final int MAX_PIECES = 1 << 22;

  /** How text is cut, in the order of their numbers, from 1 on. */
  enum Algorithm {
    UNIGRAM,
    BPE,
    WORD,
    CHAR;

    private static Algorithm numbered(long number) throws NotSentencePiece {
      if (number < 1 || number > values().length) {
        throw new NotSentencePiece("its model_type is " + number);
      }
      return values()[(int) number - 1];
    }
  }

  /** An entry of the vocabulary. */
  record Piece(String text, float score, TokenKind kind) {}

  /** The bytes are no such file. */
  static final class NotSentencePiece extends Exception {
    private static final long serialVersionUID = 1L;

    NotSentencePiece(String message) {
      super(message);
    }
  }

  static SentencePieceFile read(Path path) throws NotSentencePiece {
    try {
      if (Files.size(path) > LARGEST) {
        throw new NotSentencePiece("it has more than " + LARGEST + " bytes");
      }
      return parse(Files.readAllBytes(path));
    } catch (IOException e) {
      throw new ConversionException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  static SentencePieceFile parse(byte[] bytes) throws NotSentencePiece {
    List<Piece> pieces = new ArrayList<>();
    var algorithm = Algorithm.UNIGRAM;
    boolean spacePrefix = true;
    int[] ids = {0, 1, 2, -1};
    var file = new Message(ByteBuffer.wrap(bytes));
    while (file.next()) {
      switch (file.field) {
        case 1 -> {
          pieces.add(piece(file.message()));
          if (pieces.size() > MAX_PIECES) {
            throw new NotSentencePiece("it has more than " + MAX_PIECES + " pieces");
          }
        }
        case 2 -> {
          Message trainer = file.message();
          while (trainer.next()) {
            if (trainer.field == 3) {
              algorithm = Algorithm.numbered(trainer.number());
            } else if (trainer.field >= 40 && trainer.field <= 43) {
              ids[trainer.field - 40] = (int) trainer.number();
            }
          }
        }
        case 3 -> {
          Message normalizer = file.message();
          while (normalizer.next()) {
            if (normalizer.field == 3) {
              spacePrefix = normalizer.number() != 0;
            }
          }
        }
        default -> {
          // What the trainer was told, and self tests.
        }
      }
    }
    if (pieces.isEmpty()) {
      throw new NotSentencePiece("it has no pieces");
    }
    return new SentencePieceFile(pieces, algorithm, spacePrefix, ids[0], ids[1], ids[2], ids[3]);
  }

  private static Piece piece(Message message) throws NotSentencePiece {
    String text = "";
    float score = 0;
    TokenKind kind = TokenKind.NORMAL;
    while (message.next()) {
      switch (message.field) {
        case 1 -> text = message.text();
        case 2 -> {
          score = message.decimal();
          if (!Float.isFinite(score)) {
            throw new NotSentencePiece("a piece has the score " + score);
          }
        }
        case 3 -> {
          int type = (int) message.number();
          kind =
              TokenKind.ofGgufId(type)
                  .orElseThrow(() -> new NotSentencePiece("a piece has the unknown type " + type));
        }
        default -> {
          // Newer versions may say more of a piece.
        }
      }
    }
    return new Piece(text, score, kind);
  }

  /** The file for these fields. */
  byte[] toBytes() {
    var file = new MessageWriter();
    for (Piece piece : pieces) {
      var message = new MessageWriter();
      message.bytes(1, piece.text().getBytes(StandardCharsets.UTF_8));
      message.decimal(2, piece.score());
      if (piece.kind() != TokenKind.NORMAL) {
        message.number(3, piece.kind().ggufId());
      }
      file.bytes(1, message.toBytes());
    }
    var trainer = new MessageWriter();
    trainer.number(3, algorithm.ordinal() + 1L);
    trainer.number(4, pieces.size());
    trainer.number(35, 1); // byte_fallback
    trainer.number(40, unknown);
    trainer.number(41, bos);
    trainer.number(42, eos);
    trainer.number(43, padding);
    file.bytes(2, trainer.toBytes());
    var normalizer = new MessageWriter();
    normalizer.bytes(1, "identity".getBytes(StandardCharsets.UTF_8));
    normalizer.number(3, spacePrefix ? 1 : 0);
    normalizer.number(4, 0); // remove_extra_whitespaces
    file.bytes(3, normalizer.toBytes());
    return file.toBytes();
  }

  /** Reads the fields of a Protocol Buffers message, one after another. */
  private static final class Message {
    private final ByteBuffer bytes;
    private int field;
    private int wire;
    private long number;
    private ByteBuffer payload = ByteBuffer.allocate(0);

    Message(ByteBuffer bytes) {
      this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean next() throws NotSentencePiece {
      if (!bytes.hasRemaining()) {
        return false;
      }
      long tag = varint();
      field = (int) (tag >>> 3);
      wire = (int) (tag & 7);
      if (field < 1 || tag >>> 3 > 1 << 29) {
        throw new NotSentencePiece("a field has the number " + (tag >>> 3));
      }
      switch (wire) {
        case 0 -> number = varint();
        case 1 -> number = take(8).getLong();
        case 2 -> payload = take(varint());
        case 5 -> number = take(4).getInt();
        default -> throw new NotSentencePiece("a field has the unknown wire type " + wire);
      }
      return true;
    }

    private ByteBuffer take(long count) throws NotSentencePiece {
      if (count < 0 || count > bytes.remaining()) {
        throw new NotSentencePiece("a field is longer than the file");
      }
      ByteBuffer taken = bytes.slice(bytes.position(), (int) count).order(ByteOrder.LITTLE_ENDIAN);
      bytes.position(bytes.position() + (int) count);
      return taken;
    }

    private long varint() throws NotSentencePiece {
      long value = 0;
      for (int shift = 0; shift < 64 && bytes.hasRemaining(); shift += 7) {
        byte next = bytes.get();
        value |= (next & 0x7FL) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new NotSentencePiece("a number does not end");
    }

    private void require(int expected) throws NotSentencePiece {
      if (wire != expected) {
        throw new NotSentencePiece("field " + field + " has the wrong wire type " + wire);
      }
    }

    private long number() throws NotSentencePiece {
      require(0);
      return number;
    }

    private float decimal() throws NotSentencePiece {
      require(5);
      return Float.intBitsToFloat((int) number);
    }

    private String text() throws NotSentencePiece {
      require(2);
      return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
    }

    private Message message() throws NotSentencePiece {
      require(2);
      return new Message(payload);
    }
  }

  /** Writes the fields of a message. */
  private static final class MessageWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private void number(int field, long value) {
      varint((long) field << 3);
      varint(value);
    }

    private void decimal(int field, float value) {
      varint((long) field << 3 | 5);
      int bits = Float.floatToRawIntBits(value);
      for (int shift = 0; shift < 32; shift += 8) {
        out.write(bits >>> shift);
      }
    }

    private void bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
    }

    private byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
