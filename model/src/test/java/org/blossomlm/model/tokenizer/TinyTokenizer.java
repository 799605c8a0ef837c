package org.blossomlm.model.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Writes small {@code tokenizer.json} files whose vocabularies are trained on the spot. */
final class TinyTokenizer {
  private static final JsonMapper JSON = new JsonMapper();

  final List<String> vocabulary = new ArrayList<>();
  final List<String[]> merges = new ArrayList<>();
  private final Map<String, String> parts = new LinkedHashMap<>();
  private String modelOptions = "";
  private boolean mergesAsPairs;

  private TinyTokenizer() {
    parts.put("added_tokens", "[]");
    parts.put("normalizer", "null");
    parts.put("pre_tokenizer", "null");
    parts.put("post_processor", "null");
    parts.put("decoder", "null");
  }

  /** All 256 bytes and merges trained on the byte-level spelling of some text. */
  static TinyTokenizer byteLevel(String trainingText, int merges) {
    TinyTokenizer tiny = new TinyTokenizer();
    for (int b = 0; b < 256; b++) {
      tiny.vocabulary.add(String.valueOf(ByteAlphabet.charOf(b)));
    }
    tiny.train(ByteAlphabet.encode(trainingText), merges);
    tiny.with(
        "decoder",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}");
    return tiny;
  }

  /** The given first tokens, all characters of a text, and merges trained on it. */
  static TinyTokenizer characters(List<String> first, String trainingText, int merges) {
    TinyTokenizer tiny = new TinyTokenizer();
    tiny.vocabulary.addAll(first);
    trainingText
        .codePoints()
        .distinct()
        .mapToObj(Character::toString)
        .filter(c -> !tiny.vocabulary.contains(c))
        .forEach(tiny.vocabulary::add);
    tiny.train(trainingText, merges);
    return tiny;
  }

  /** A copy with the same vocabulary, merges and parts. */
  TinyTokenizer copy() {
    TinyTokenizer copy = new TinyTokenizer();
    copy.vocabulary.addAll(vocabulary);
    copy.merges.addAll(merges);
    copy.parts.putAll(parts);
    return copy;
  }

  TinyTokenizer with(String part, String json) {
    parts.put(part, json);
    return this;
  }

  /** Members of {@code model}, each followed by a comma. */
  TinyTokenizer modelOptions(String json) {
    modelOptions = json;
    return this;
  }

  TinyTokenizer mergesAsPairs() {
    mergesAsPairs = true;
    return this;
  }

  String json() {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (String token : vocabulary) {
      vocab.put(token, vocab.size());
    }
    Object written =
        mergesAsPairs ? merges : merges.stream().map(merge -> merge[0] + " " + merge[1]).toList();
    return parts.entrySet().stream()
        .map(part -> quote(part.getKey()) + ":" + part.getValue())
        .collect(
            Collectors.joining(
                ",",
                "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,",
                ",\"model\":{\"type\":\"BPE\","
                    + modelOptions
                    + "\"vocab\":"
                    + JSON.writeValueAsString(vocab)
                    + ",\"merges\":"
                    + JSON.writeValueAsString(written)
                    + "}}"));
  }

  Path write(Path folder) {
    try {
      return Files.writeString(folder.resolve("tokenizer.json"), json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String quote(String text) {
    return JSON.writeValueAsString(text);
  }

  private void train(String text, int count) {
    List<String> symbols =
        new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
    for (int n = 0; n < count; n++) {
      Map<List<String>, Integer> pairs = new HashMap<>();
      for (int i = 0; i + 1 < symbols.size(); i++) {
        pairs.merge(List.of(symbols.get(i), symbols.get(i + 1)), 1, Integer::sum);
      }
      if (pairs.isEmpty()) {
        return;
      }
      List<String> best =
          pairs.entrySet().stream()
              .max(
                  Map.Entry.<List<String>, Integer>comparingByValue()
                      .thenComparing(entry -> String.join(" ", entry.getKey())))
              .orElseThrow()
              .getKey();
      String merged = best.get(0) + best.get(1);
      merges.add(new String[] {best.get(0), best.get(1)});
      if (!vocabulary.contains(merged)) {
        vocabulary.add(merged);
      }
      List<String> next = new ArrayList<>();
      for (int i = 0; i < symbols.size(); i++) {
        boolean here =
            i + 1 < symbols.size()
                && symbols.get(i).equals(best.get(0))
                && symbols.get(i + 1).equals(best.get(1));
        next.add(here ? merged : symbols.get(i));
        i += here ? 1 : 0;
      }
      symbols = next;
    }
  }
}
