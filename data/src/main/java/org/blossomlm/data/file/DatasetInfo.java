package org.blossomlm.data.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.format.RecordFormat;
import org.blossomlm.model.files.AtomicFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code dataset_info.json} as LLaMA-Factory reads it: an entry for each set in the folder, with
 * its file, its formatting and the names of its columns; and, for people, format, records and
 * bytes. Entries of other sets stay as they are.
 *
 * @see <a
 *     href="https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md">LLaMA-Factory</a>
 */
final class DatasetInfo {
  private DatasetInfo() {}

  static void update(Path target, RecordFormat format, List<WrittenFile> files) throws IOException {
    Path file = target.resolveSibling("dataset_info.json");
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    if (Files.exists(file)) {
      if (!(parse(file) instanceof Map<?, ?> entries)) {
        throw new DataException(file + ": must hold a JSON object");
      }
      entries.forEach((name, entry) -> all.put(String.valueOf(name), entry));
    }
    String name = String.valueOf(target.getFileName());
    all.put(name.replaceFirst("(\\.\\w+?)(\\.gz|\\.zst)?$", ""), entry(format, files));
    byte[] json =
        (JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n")
            .getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, json, DataException::new);
  }

  private static @Nullable Object parse(Path file) throws IOException {
    try {
      return JsonTree.parse(Files.readString(file));
    } catch (DataException e) {
      throw new DataException(file + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, @Nullable Object> entry(RecordFormat format, List<WrittenFile> files) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("file_name", String.valueOf(files.getFirst().path().getFileName()));
    switch (format) {
      case BLOSSOM, BLOSSOMDATA, OPENAI, ROWS -> messages(entry, "messages");
      case CONVERSATIONS -> messages(entry, "conversations");
      case SHAREGPT -> {
        entry.put("formatting", "sharegpt");
        entry.put("columns", columns("messages", "conversations", "tools", "tools"));
      }
      case ALPACA -> entry.put("formatting", "alpaca");
      case PREFERENCE -> {
        messages(entry, "prompt");
        entry.put("ranking", true);
        entry.put(
            "columns", columns("messages", "prompt", "chosen", "chosen", "rejected", "rejected"));
      }
      case TEXT -> entry.put("columns", columns("prompt", "text"));
    }
    entry.put("format", format.wireName());
    entry.put("records", files.stream().mapToLong(WrittenFile::records).sum());
    List<Object> list = new ArrayList<>();
    for (WrittenFile file : files) {
      Map<String, @Nullable Object> each = new LinkedHashMap<>();
      each.put("file_name", String.valueOf(file.path().getFileName()));
      each.put("records", file.records());
      each.put("bytes", file.bytes());
      list.add(each);
    }
    entry.put("files", list);
    return entry;
  }

  private static void messages(Map<String, @Nullable Object> entry, String column) {
    entry.put("formatting", "sharegpt");
    entry.put("columns", columns("messages", column, "tools", "tools"));
    entry.put(
        "tags",
        columns(
            "role_tag", "role",
            "content_tag", "content",
            "user_tag", "user",
            "assistant_tag", "assistant",
            "system_tag", "system",
            "observation_tag", "tool"));
  }

  private static Map<String, @Nullable Object> columns(String... entries) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put(entries[i], entries[i + 1]);
    }
    return map;
  }
}
