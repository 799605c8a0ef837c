package org.blossomlm.data.row;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.jspecify.annotations.Nullable;

/** What goes from a row into the metadata of the chat that is made of it; the rest is left out. */
final class RowMetadata {
  static final Parameter METADATA =
      Parameter.of(
          "metadata",
          Kind.MAP,
          Map.of(),
          "entry: template, or any other JSON value; an entry whose template gives nothing is left"
              + " out");
  static final Parameter KEEP_FIELDS =
      Parameter.of(
          "keep_fields",
          Kind.TEXTS,
          List.of(),
          "fields that become metadata as they are, lists and objects included");

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<String> kept;

  RowMetadata(Arguments arguments) {
    arguments
        .map("metadata")
        .forEach((name, value) ->
            values.put(
                name,
                value instanceof String text
                    ? FieldTemplate.compile("metadata." + name, text)
                    : value));
    kept = arguments.texts("keep_fields");
  }

  /**
   * The head of the chat.
   *
   * @throws DataException if a field to keep is not there
   */
  RecordHead head(RecordHead head, Map<String, @Nullable Object> fields) {
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>(head.metadata());
    for (String field : kept) {
      if (!fields.containsKey(field)) {
        throw new DataException(
            "keep_fields: the row has no field %s; it has %s".formatted(field, fields.keySet()));
      }
      metadata.put(field, fields.get(field));
    }
    values.forEach((name, value) -> {
      Object made = value instanceof FieldTemplate template ? template.render(fields) : value;
      if (!made.equals("")) {
        metadata.put(name, made);
      }
    });
    return head.withMetadata(metadata);
  }
}
