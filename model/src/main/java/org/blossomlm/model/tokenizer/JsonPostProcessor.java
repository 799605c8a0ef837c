package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code post_processor} of {@code tokenizer.json}: the ids around a text. */
final class JsonPostProcessor {
  private final Vocabulary vocabulary;
  private final List<Integer> prefix = new ArrayList<>();
  private final List<Integer> suffix = new ArrayList<>();
  private boolean present;

  JsonPostProcessor(JsonView view, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    view.ifPresent().ifPresent(processor -> add(processor, 0));
  }

  /** Whether the file says what goes around a text. */
  boolean present() {
    return present;
  }

  List<Integer> prefix() {
    return prefix;
  }

  List<Integer> suffix() {
    return suffix;
  }

  private void add(JsonView view, int depth) {
    switch (view.type()) {
      case "ByteLevel" -> {
        // Moves offsets only.
      }
      case "Sequence" -> {
        if (depth > 8) {
          throw view.fail("is a Sequence inside more than 8 others");
        }
        view.get("processors").elements().forEach(step -> add(step, depth + 1));
      }
      case "TemplateProcessing" -> template(view);
      case "BertProcessing", "RobertaProcessing" -> {
        present = true;
        prefix.addFirst(id(view.get("cls").elements(), view));
        suffix.add(id(view.get("sep").elements(), view));
      }
      default ->
          throw view.unsupported(
              view.type(),
              "Sequence, TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing");
    }
  }

  private void template(JsonView view) {
    present = true;
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    boolean text = false;
    for (JsonView piece : view.get("single").elements()) {
      if (piece.get("Sequence").present()) {
        if (text) {
          throw piece.fail("is the second place for the text; there may be one only");
        }
        text = true;
        continue;
      }
      String name = piece.get("SpecialToken").get("id").string();
      JsonView ids = view.get("special_tokens").get(name).get("ids");
      if (!ids.present()) {
        throw piece.fail("names '" + name + "', which special_tokens does not have");
      }
      for (JsonView id : ids.elements()) {
        (text ? after : before).add(checked(id));
      }
    }
    if (!text) {
      throw view.get("single").fail("has no place for the text");
    }
    prefix.addAll(0, before);
    suffix.addAll(after);
  }

  /** The id in a pair of a token's text and its id. */
  private int id(List<JsonView> pair, JsonView view) {
    if (pair.size() != 2) {
      throw view.fail("must have cls and sep, each a token and its id");
    }
    return checked(pair.getLast());
  }

  private int checked(JsonView id) {
    if (!vocabulary.contains(id.index())) {
      throw id.fail(
          "is %d; the vocabulary has ids 0 to %d only"
              .formatted(id.index(), vocabulary.size() - 1));
    }
    return id.index();
  }
}
