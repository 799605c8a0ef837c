package org.blossomlm.data.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table, whatever their columns; also as Hugging Face's dataset viewer wraps them ({@code
 * row_idx} and {@code row}). Records of other kinds are written with the columns that Hugging
 * Face's libraries expect: {@code messages}, {@code text}, or {@code prompt}, {@code chosen} and
 * {@code rejected}.
 */
record RowShape() implements Shape {
  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return true;
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    Map<String, @Nullable Object> row =
        object.get("row") instanceof Map<?, ?> inner && object.get("row_idx") instanceof Number
            ? Fields.object("row", inner)
            : object;
    String id =
        RecordIds.FIELDS.stream()
            .map(name -> RecordIds.own(row.get(name)))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseGet(() -> RecordIds.derived(row, origin));
    return new RowRecord(
        RecordHead.of(id).withProvenance(new Provenance(Optional.of(origin), List.of())), row);
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> new MessagesShape("messages").write(chat);
      case TextRecord text -> new TextShape().write(text);
      case PreferenceRecord pair -> new PreferenceShape().write(pair);
      case RowRecord row -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>(row.fields());
        boolean own =
            RecordIds.FIELDS.stream()
                .anyMatch(
                    name -> RecordIds.own(map.get(name)).filter(row.id()::equals).isPresent());
        if (!own && !RecordIds.isDerived(row.id())) {
          map.putIfAbsent("id", row.id());
        }
        Map<String, @Nullable Object> more =
            HeadJson.end(new LinkedHashMap<>(), row.head(), List.of());
        Fields.addExtra(map, more, List.of());
        yield map;
      }
    };
  }
}
