package org.blossomlm.data.format;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.model.files.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Ids of records: a file's own where it has one, otherwise one that follows from what the record
 * says and where it stands, so that reading the same file again gives the same ids.
 */
public final class RecordIds {
  private static final Pattern DERIVED = Pattern.compile("r-[0-9a-f]{24}");

  /** Names of ids in files, the first that is there counts. */
  static final List<String> FIELDS = List.of("id", "_id", "uid", "uuid");

  private RecordIds() {}

  /** The id that a file gives: a string that is not empty, or an integer. */
  static Optional<String> own(@Nullable Object value) {
    return switch (value) {
      case String text when !text.isBlank() -> Optional.of(text);
      case Integer number -> Optional.of(number.toString());
      case Long number -> Optional.of(number.toString());
      case null, default -> Optional.empty();
    };
  }

  /** A hash of the content and its place. */
  static String derived(Map<String, @Nullable Object> content, Origin origin) {
    String key = origin.file() + "\n" + origin.row() + "\n" + JsonTree.write(content);
    byte[] hash = Sha256.start().digest(key.getBytes(StandardCharsets.UTF_8));
    return "r-" + HexFormat.of().formatHex(hash, 0, 12);
  }

  /** Whether {@code id} was made from a record's content, so that a file need not keep it. */
  public static boolean isDerived(String id) {
    return DERIVED.matcher(id).matches();
  }
}
