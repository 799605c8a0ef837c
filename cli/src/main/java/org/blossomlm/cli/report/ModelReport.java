package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.cli.terminal.TextTable;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/** What is in a model file, for people; the sections are those of {@code ollama show}. */
public final class ModelReport {
  private static final int LONGEST_VALUE = 100;

  /** Names of {@code general.file_type}, llama.cpp's {@code llama_ftype}. */
  private static final Map<Long, String> FILE_TYPES =
      Map.ofEntries(
          Map.entry(0L, "F32"),
          Map.entry(1L, "F16"),
          Map.entry(2L, "Q4_0"),
          Map.entry(3L, "Q4_1"),
          Map.entry(7L, "Q8_0"),
          Map.entry(8L, "Q5_0"),
          Map.entry(9L, "Q5_1"),
          Map.entry(10L, "Q2_K"),
          Map.entry(11L, "Q3_K_S"),
          Map.entry(12L, "Q3_K_M"),
          Map.entry(13L, "Q3_K_L"),
          Map.entry(14L, "Q4_K_S"),
          Map.entry(15L, "Q4_K_M"),
          Map.entry(16L, "Q5_K_S"),
          Map.entry(17L, "Q5_K_M"),
          Map.entry(18L, "Q6_K"),
          Map.entry(21L, "Q2_K_S"),
          Map.entry(25L, "IQ4_NL"),
          Map.entry(30L, "IQ4_XS"),
          Map.entry(32L, "BF16"));

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final Messages messages;
  private final StringBuilder text = new StringBuilder();

  private ModelReport(GgufFile file, Messages messages) {
    this.file = file;
    this.metadata = file.metadata();
    this.messages = messages;
  }

  public static ModelReport of(GgufFile file, Messages messages) {
    return new ModelReport(file, messages);
  }

  /** The sections a user asks for first. */
  public String summary() {
    text.setLength(0);
    model();
    quantisation();
    tokenizer();
    template();
    licence();
    return text.toString();
  }

  /** The summary, all metadata and all tensors. */
  public String everything() {
    summary();
    section("show.metadata");
    metadata.keys().stream().sorted().forEach(this::metadataRow);
    text.append('\n');
    section("show.tensors");
    List<List<String>> rows = new ArrayList<>();
    for (Tensor tensor : file.tensors().values()) {
      String shape =
          tensor.dimensions().stream().map(String::valueOf).collect(Collectors.joining(" × "));
      rows.add(List.of(tensor.name(), tensor.type().name(), "[" + shape + "]"));
    }
    table(rows);
    return text.toString();
  }

  private void model() {
    String architecture = metadata.string("general.architecture").orElse("?");
    List<List<String>> rows = new ArrayList<>();
    metadata.string("general.name").ifPresent(name -> row(rows, "show.name", name));
    row(rows, "show.architecture", architecture);
    row(rows, "show.parameters", Quantities.count(elements(file.tensors().values())));
    number(architecture + ".context_length").ifPresent(n -> row(rows, "show.context-length", n));
    number(architecture + ".embedding_length")
        .ifPresent(n -> row(rows, "show.embedding-length", n));
    number(architecture + ".block_count").ifPresent(n -> row(rows, "show.layers", n));
    heads(architecture).ifPresent(heads -> row(rows, "show.heads", heads));
    row(
        rows,
        "show.quantization",
        quantisationName()
            + String.format(Locale.ROOT, " (%.2f bits/weight)", bits(file.tensors().values())));
    row(rows, "show.file", Quantities.size(file.fileBytes()) + ", GGUF v" + file.version());
    section("show.model");
    table(rows);
  }

  private Optional<String> heads(String architecture) {
    Optional<String> heads = number(architecture + ".attention.head_count");
    Optional<String> shared = number(architecture + ".attention.head_count_kv");
    return heads.map(all ->
        shared.map(kv -> all + " (" + kv + " " + messages.text("show.kv") + ")").orElse(all));
  }

  private String quantisationName() {
    return metadata
        .value("general.file_type")
        .filter(GgufValue.Int.class::isInstance)
        .map(value -> FILE_TYPES.getOrDefault(((GgufValue.Int) value).value(), "?"))
        .filter(name -> !name.equals("?"))
        .orElseGet(this::mostCommonType);
  }

  private String mostCommonType() {
    return byType().entrySet().stream()
        .max(Comparator.comparingLong(entry -> elements(entry.getValue())))
        .map(entry -> entry.getKey().name())
        .orElse("?");
  }

  private void quantisation() {
    long all = bytes(file.tensors().values());
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            messages.text("show.column.type"),
            messages.text("show.column.tensors"),
            messages.text("show.column.weights"),
            messages.text("show.column.size"),
            messages.text("show.column.share"),
            messages.text("show.column.bits")));
    byType().entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                (Map.Entry<TensorType, List<Tensor>> entry) -> -bytes(entry.getValue())))
        .forEach(entry ->
            rows.add(
                List.of(
                    entry.getKey().name(),
                    Integer.toString(entry.getValue().size()),
                    Quantities.count(elements(entry.getValue())),
                    Quantities.size(bytes(entry.getValue())),
                    String.format(Locale.ROOT, "%.1f%%", 100.0 * bytes(entry.getValue()) / all),
                    String.format(Locale.ROOT, "%.2f", bits(entry.getValue())))));
    section("show.tensor-types");
    table(rows);
  }

  private void tokenizer() {
    List<List<String>> rows = new ArrayList<>();
    metadata.string("tokenizer.ggml.model").ifPresent(it -> row(rows, "show.kind", it));
    metadata.string("tokenizer.ggml.pre").ifPresent(it -> row(rows, "show.pre", it));
    metadata
        .strings("tokenizer.ggml.tokens")
        .ifPresent(tokens -> {
          row(rows, "show.vocabulary", Integer.toString(tokens.size()));
          for (String name : List.of("bos", "eos")) {
            metadata
                .integer("tokenizer.ggml." + name + "_token_id")
                .ifPresent(id ->
                    rows.add(
                        List.of(
                            name.toUpperCase(Locale.ROOT),
                            id
                                + (id >= 0 && id < tokens.size()
                                    ? " " + visible(tokens.get((int) id))
                                    : ""))));
          }
        });
    if (!rows.isEmpty()) {
      section("show.tokenizer");
      table(rows);
    }
  }

  private void template() {
    section("show.template");
    Optional<String> template = metadata.string("tokenizer.chat_template");
    text.append("    ")
        .append(
            template
                .map(source ->
                    messages.text("show.template-size", source.length(), firstLine(source)))
                .orElseGet(() -> messages.text("repl.no-template")))
        .append("\n\n");
  }

  private void licence() {
    metadata
        .string("general.license")
        .ifPresent(license -> {
          section("show.license");
          license
              .lines()
              .limit(2)
              .forEach(line -> text.append("    ").append(visible(line)).append('\n'));
          if (license.lines().count() > 2) {
            text.append("    ...\n");
          }
          text.append('\n');
        });
  }

  private void metadataRow(String key) {
    String value = metadata.value(key).map(Object::toString).orElse("");
    text.append("    ").append(visible(key)).append("    ").append(firstLine(value)).append('\n');
  }

  private Map<TensorType, List<Tensor>> byType() {
    return file.tensors().values().stream()
        .collect(Collectors.groupingBy(Tensor::type, TreeMap::new, Collectors.toList()));
  }

  private Optional<String> number(String key) {
    return metadata.value(key).filter(GgufValue.Int.class::isInstance).map(Object::toString);
  }

  private void row(List<List<String>> rows, String key, String value) {
    rows.add(List.of(messages.text(key), visible(value)));
  }

  private void section(String key) {
    text.append("  ").append(messages.text(key)).append('\n');
  }

  private void table(List<List<String>> rows) {
    text.append(TextTable.format(rows)).append('\n');
  }

  private static String firstLine(String value) {
    String line = value.lines().findFirst().orElse("");
    boolean whole = line.equals(value) && line.length() <= LONGEST_VALUE;
    String shown = line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE);
    return visible(shown) + (whole ? "" : " …");
  }

  /** A file must not drive the terminal. */
  private static String visible(String value) {
    return value.replaceAll("\\p{Cntrl}", "\uFFFD");
  }

  private static long elements(Collection<Tensor> tensors) {
    return tensors.stream().mapToLong(Tensor::elements).sum();
  }

  private static long bytes(Collection<Tensor> tensors) {
    return tensors.stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
  }

  private static double bits(Collection<Tensor> tensors) {
    long elements = elements(tensors);
    return elements == 0 ? 0 : 8.0 * bytes(tensors) / elements;
  }
}
