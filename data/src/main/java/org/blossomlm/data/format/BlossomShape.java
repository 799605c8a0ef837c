package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.Provenance.Step;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.jspecify.annotations.Nullable;

/**
 * Our own shape, which holds everything, and the narrower one of BlossomData that it extends: the
 * members {@code id}, {@code type} (chat, text, row, preference), {@code failed}, {@code
 * failure_reason}, {@code metadata}; {@code messages} and {@code tools}, {@code content}, {@code
 * data}, or {@code prompt}, {@code chosen} and {@code rejected}; and {@code provenance}.
 *
 * @param whole with provenance, without members that say nothing
 */
record BlossomShape(boolean whole) implements Shape {
  private static final List<String> NAMES =
      List.of(
          "id",
          "type",
          "failed",
          "failure_reason",
          "metadata",
          "provenance",
          "messages",
          "tools",
          "content",
          "data",
          "prompt",
          "chosen",
          "rejected");

  @Override
  public boolean fits(Map<String, @Nullable Object> object) {
    boolean shaped =
        switch (object.get("type") instanceof String type ? type : "") {
          case "chat" -> object.get("messages") instanceof List<?>;
          case "text" -> object.get("content") instanceof String;
          case "row" -> object.get("data") instanceof Map<?, ?>;
          case "preference" -> object.get("chosen") instanceof List<?>;
          case "custom" -> object.containsKey("data") && object.containsKey("failed");
          default -> false;
        };
    boolean theirs =
        Boolean.FALSE.equals(object.get("failed")) && !object.containsKey("provenance");
    return shaped && whole != theirs;
  }

  @Override
  public DataRecord read(Map<String, @Nullable Object> object, Origin origin) {
    return read(object, Optional.of(origin));
  }

  DataRecord read(Map<String, @Nullable Object> object, Optional<Origin> origin) {
    Fields fields = new Fields(object);
    String id =
        RecordIds.own(fields.take("id"))
            .orElseGet(() ->
                RecordIds.derived(
                    object,
                    origin.orElseThrow(
                        () -> Fields.unexpected("id", object.get("id"), "a string"))));
    String type = fields.takeString("type").orElse("");
    Optional<String> failure = HeadJson.takeFailure(fields);
    Map<String, @Nullable Object> metadata = fields.takeObject("metadata");
    Provenance provenance =
        fields.peek("provenance") instanceof Map<?, ?>
            ? provenance(fields.takeObject("provenance"))
            : new Provenance(origin, List.of());
    RecordHead head = new RecordHead(id, metadata, provenance, failure, Map.of());
    DataRecord record =
        switch (type) {
          case "chat" ->
              new ChatRecord(
                  head,
                  MessageJson.read("messages", fields.take("messages")),
                  MessageJson.tools("tools", fields.take("tools")));
          case "text" -> new TextRecord(head, fields.takeString("content").orElse(""));
          case "row" -> new RowRecord(head, fields.takeObject("data"));
          case "preference" ->
              new PreferenceRecord(
                  head,
                  MessageJson.read("prompt", fields.take("prompt")),
                  MessageJson.read("chosen", fields.take("chosen")),
                  MessageJson.read("rejected", fields.take("rejected")));
          case "custom" -> custom(head, fields.take("data"));
          // Of BlossomData: what says no type is a row.
          case "" -> {
            RecordHead bare = RecordHead.of(id).withProvenance(provenance);
            yield new RowRecord(bare, object);
          }
          default -> throw Fields.unexpected("type", type, "chat, text, row or preference");
        };
    return type.isEmpty()
        ? record
        : record.mapHead(old ->
            new RecordHead(
                old.id(), old.metadata(), old.provenance(), old.failure(), fields.rest()));
  }

  private static RowRecord custom(RecordHead head, @Nullable Object data) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("data", data);
    return new RowRecord(head, data instanceof Map<?, ?> ? Fields.object("data", data) : fields);
  }

  private static Provenance provenance(Map<String, @Nullable Object> object) {
    Fields fields = new Fields(object);
    Optional<Origin> origin =
        fields
            .takeString("file")
            .map(file ->
                new Origin(file, fields.take("row") instanceof Number row ? row.longValue() : 0));
    List<Step> steps = new ArrayList<>();
    for (Object element : fields.takeList("steps")) {
      Fields step = new Fields(Fields.object("provenance.steps", element));
      List<String> calls = new ArrayList<>();
      step.takeList("calls").forEach(call -> calls.add(String.valueOf(call)));
      steps.add(new Step(step.takeString("operator").orElse(""), calls, step.takeString("note")));
    }
    return new Provenance(origin, steps);
  }

  @Override
  public Map<String, @Nullable Object> write(DataRecord record) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    RecordHead head = record.head();
    map.put("id", head.id());
    map.put("type", type(record));
    if (!whole || head.failure().isPresent()) {
      map.put("failed", head.failure().isPresent());
      map.put("failure_reason", head.failure().filter(reason -> !reason.isEmpty()).orElse(null));
    }
    if (!whole || !head.metadata().isEmpty()) {
      map.put("metadata", head.metadata());
    }
    switch (record) {
      case ChatRecord chat -> {
        map.put("messages", MessageJson.write(chat.messages()));
        if (!chat.tools().isEmpty()) {
          map.put("tools", chat.tools());
        }
      }
      case TextRecord text -> map.put("content", text.text());
      case RowRecord row -> map.put("data", row.fields());
      case PreferenceRecord pair -> {
        map.put("prompt", MessageJson.write(pair.prompt()));
        map.put("chosen", MessageJson.write(pair.chosen()));
        map.put("rejected", MessageJson.write(pair.rejected()));
      }
    }
    if (whole && !head.provenance().equals(Provenance.UNKNOWN)) {
      map.put("provenance", write(head.provenance()));
    }
    Fields.addExtra(map, head.extra(), NAMES);
    return map;
  }

  private String type(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> "chat";
      case TextRecord text -> "text";
      case RowRecord row -> "row";
      case PreferenceRecord pair when whole -> "preference";
      case PreferenceRecord pair ->
          throw new DataException(
              "blossomdata has no preference pairs; write blossom, preference, openai or sharegpt");
    };
  }

  private static Map<String, @Nullable Object> write(Provenance provenance) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    provenance
        .origin()
        .ifPresent(origin -> {
          map.put("file", origin.file());
          map.put("row", origin.row());
        });
    if (!provenance.steps().isEmpty()) {
      map.put("steps", provenance.steps().stream().map(BlossomShape::write).toList());
    }
    return map;
  }

  private static Map<String, @Nullable Object> write(Step step) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("operator", step.operator());
    if (!step.calls().isEmpty()) {
      map.put("calls", step.calls());
    }
    step.note().ifPresent(note -> map.put("note", note));
    return map;
  }

  /** The record of a line that a run wrote, which always has an id. */
  static DataRecord lossless(Object value) {
    Map<String, @Nullable Object> object = Fields.object("record", Objects.requireNonNull(value));
    if (!object.containsKey("type")) {
      throw Fields.unexpected("type", null, "chat, text, row or preference");
    }
    return new BlossomShape(true).read(object, Optional.empty());
  }
}
