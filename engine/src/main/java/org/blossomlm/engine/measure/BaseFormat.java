package org.blossomlm.engine.measure;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * llama.cpp's file of reference log-probabilities, little-endian:
 *
 * <pre>
 * | "_logits_" 8 | context: 4 | vocabulary: 4 | chunks: 4 | tokens: 4 * context * chunks |
 * then for every scored position
 * | scale: f32 4 | lowest: f32 4 | codes: 2 * vocabulary, padded to a multiple of 4 |
 * </pre>
 *
 * The log-probability of a token is {@code lowest + scale * code}; what is more than 16 below the
 * best is the lowest.
 */
final class BaseFormat {
  static final byte[] MAGIC = "_logits_".getBytes(StandardCharsets.US_ASCII);
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** Bytes before the tokens. */
  static final int HEADER_BYTES = 20;

  /** How far below the best logit differences are kept. */
  static final float RANGE = 16;

  static final int LARGEST_CODE = 65_535;

  private BaseFormat() {}

  static int rowBytes(int vocabulary) {
    return 8 + 4 * ((vocabulary + 1) / 2);
  }
}
