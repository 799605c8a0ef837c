package org.blossomlm.data.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.format.RecordJson;
import org.blossomlm.data.operator.SetOperator;
import tools.jackson.databind.json.JsonMapper;

/** Lines of the files of a run. */
final class RecordLine {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Characters of a member of a cluster that are kept. */
  private static final int SHOWN = 1000;

  private RecordLine() {}

  static byte[] of(DataRecord record) {
    return (RecordJson.write(record) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** A record that left, with the reason before it. */
  static byte[] of(String step, String reason, DataRecord record) {
    String line =
        "{\"step\":"
            + JSON.writeValueAsString(step)
            + ",\"reason\":"
            + JSON.writeValueAsString(reason)
            + ",\"record\":"
            + RecordJson.write(record)
            + "}\n";
    return line.getBytes(StandardCharsets.UTF_8);
  }

  /** A cluster, with the beginnings of what its members say. */
  static byte[] of(SetOperator.Cluster cluster) {
    List<Object> members = new ArrayList<>();
    for (SetOperator.Member member : cluster.members()) {
      String text = String.join("\n", RecordLines.of(member.record()));
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("id", member.record().id());
      map.put("similarity", Math.round(member.similarity() * 1000) / 1000.0);
      map.put("text", beginning(text));
      members.add(map);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("size", cluster.size());
    map.put("members", members);
    return (JSON.writeValueAsString(map) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String beginning(String text) {
    return text.codePointCount(0, text.length()) <= SHOWN
        ? text
        : text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "…";
  }

  /** Something that is no record. */
  static byte[] of(String source, String reason, String raw) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("step", source);
    map.put("reason", reason);
    map.put("raw", raw);
    return (JSON.writeValueAsString(map) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Where a record comes from and what touched it, without what it says. */
  static byte[] lineage(DataRecord record) {
    Provenance provenance = record.head().provenance();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", record.id());
    provenance
        .origin()
        .ifPresent(origin -> {
          map.put("file", origin.file());
          map.put("row", origin.row());
        });
    map.put("steps", provenance.steps().stream().map(RecordLine::lineage).toList());
    return (JSON.writeValueAsString(map) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Object lineage(Provenance.Step step) {
    if (step.calls().isEmpty() && step.note().isEmpty()) {
      return step.operator();
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(step.operator(), step.calls());
    step.note().ifPresent(note -> map.put("note", note));
    return map;
  }

  static DataRecord read(byte[] line) {
    return RecordJson.read(new String(line, StandardCharsets.UTF_8));
  }
}
