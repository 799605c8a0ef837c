package org.blossomlm.data.format;

import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.TextRecord;
import org.jspecify.annotations.Nullable;

/** A plain text as {@code text}, the column that sets for pre-training have. */
record TextShape() implements Shape {
  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    return object.get("text") instanceof String;
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    Fields fields = new Fields(object);
    if (!(fields.take("text") instanceof String text)) {
      throw Fields.unexpected("text", object.get("text"), "a string");
    }
    return new TextRecord(HeadJson.take(object, fields, origin), text);
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    if (!(record instanceof TextRecord text)) {
      throw Misfit.of(record, "text");
    }
    Map<String, @Nullable Object> map = HeadJson.begin(text.head());
    map.put("text", text.text());
    return HeadJson.end(map, text.head(), List.of("text"));
  }
}
