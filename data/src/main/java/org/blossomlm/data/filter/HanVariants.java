package org.blossomlm.data.filter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Characters that only simplified or only traditional Chinese uses. A character that stands in GB
 * 2312 and not in Big5 is a simplified one, and the other way round; the table is a resource and
 * not computed from the JDK's character sets, because a small run-time image may lack them.
 */
final class HanVariants {
  private static final String TABLE = "han-variants.txt";
  private static final BitSet SIMPLIFIED = new BitSet();
  private static final BitSet TRADITIONAL = new BitSet();

  static {
    try (InputStream in = HanVariants.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + TABLE + " is missing from the program");
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          int space = line.indexOf(' ');
          BitSet set = line.startsWith("simplified") ? SIMPLIFIED : TRADITIONAL;
          line.codePoints().skip(space + 1L).forEach(set::set);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HanVariants() {}

  static boolean isSimplifiedOnly(int codePoint) {
    return SIMPLIFIED.get(codePoint);
  }

  static boolean isTraditionalOnly(int codePoint) {
    return TRADITIONAL.get(codePoint);
  }
}
