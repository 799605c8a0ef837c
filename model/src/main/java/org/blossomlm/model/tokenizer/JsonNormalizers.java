package org.blossomlm.model.tokenizer;

import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code normalizer} of {@code tokenizer.json}. */
final class JsonNormalizers {
  private JsonNormalizers() {}

  /** The steps in order; none if {@code view} is absent. */
  static List<Normalizer> read(JsonView view) {
    List<Normalizer> steps = new ArrayList<>();
    view.ifPresent().ifPresent(present -> add(present, steps, 0));
    return steps;
  }

  private static void add(JsonView view, List<Normalizer> steps, int depth) {
    switch (view.type()) {
      case "Sequence" -> {
        if (depth > 8) {
          throw view.fail("is a Sequence inside more than 8 others");
        }
        view.get("normalizers").elements().forEach(step -> add(step, steps, depth + 1));
      }
      case "NFC" -> steps.add(new Normalizer.UnicodeForm(Form.NFC));
      case "NFD" -> steps.add(new Normalizer.UnicodeForm(Form.NFD));
      case "NFKC" -> steps.add(new Normalizer.UnicodeForm(Form.NFKC));
      case "NFKD" -> steps.add(new Normalizer.UnicodeForm(Form.NFKD));
      case "Lowercase" -> steps.add(new Normalizer.Lowercase());
      case "Prepend" -> steps.add(new Normalizer.Prepend(view.get("prepend").string()));
      case "Replace" ->
          steps.add(
              new Normalizer.Replace(literal(view.get("pattern")), view.get("content").string()));
      default ->
          throw view.unsupported(
              view.type(), "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace");
    }
  }

  /** A pattern that is a plain string. */
  static String literal(JsonView pattern) {
    if (!pattern.get("String").present()) {
      throw pattern.unsupported(
          pattern.node().toString(), "patterns of the form {\"String\": ...}");
    }
    String literal = pattern.get("String").string();
    if (literal.isEmpty()) {
      throw pattern.fail("is an empty string");
    }
    return literal;
  }
}
