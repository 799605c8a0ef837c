package org.blossomlm.engine.measure;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.blossomlm.model.files.Sha256;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.tensor.Tensor;

/** SHA-256 of what a measurement depends on, in hexadecimal digits. */
final class Fingerprint {
  /** Of each tensor: enough to tell apart two trainings or quantisations of one model. */
  private static final long SAMPLE_BYTES = 4096;

  private Fingerprint() {}

  /** Of the first {@code chunks} chunks. */
  static String ofTokens(TextChunks text, int chunks) {
    int count = chunks * text.context();
    ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(text.tokens(), 0, count);
    MessageDigest sha256 = Sha256.start();
    sha256.update(bytes);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** Of names, types, shapes and the first bytes of all tensors. */
  static String ofModel(GgufFile file) {
    MessageDigest sha256 = Sha256.start();
    for (Tensor tensor : file.tensors().values()) {
      String shape = tensor.name() + " " + tensor.type() + " " + tensor.dimensions() + "\n";
      sha256.update(shape.getBytes(StandardCharsets.UTF_8));
      long sample = Math.min(SAMPLE_BYTES, tensor.data().byteSize());
      sha256.update(tensor.data().asSlice(0, sample).asByteBuffer());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }
}
