package org.blossomlm.data.recipe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.operator.NearestName;
import org.jspecify.annotations.Nullable;

/**
 * A value of a recipe or another file in YAML, and how to say what is wrong with it.
 *
 * @param path keys from the top: {@code branches.zh.steps[2].chat_length_filter.max}
 * @param key where the key is that it belongs to
 */
public record Located(String path, Place key, RecipeNode node) {
  public static Located root(RecipeNode node) {
    return new Located("", node.place(), node);
  }

  public RecipeException error(String what) {
    return at(node.place(), what);
  }

  /** Wrong as a whole, so its key is shown rather than its contents. */
  public RecipeException keyError(String what) {
    return at(key, what);
  }

  private RecipeException at(Place place, String what) {
    return new RecipeException(place + ": " + (path.isEmpty() ? "" : path + ": ") + what);
  }

  private RecipeException expected(String what) {
    return error("expected " + what + ", found " + describe(node));
  }

  /** An error about a name, with the one that was probably meant. */
  public RecipeException unknown(String what, String name, Collection<String> allowed) {
    return error(unknownText(what, name, allowed));
  }

  private static String unknownText(String what, String name, Collection<String> allowed) {
    String meant =
        NearestName.of(name, allowed).map(near -> "; did you mean \"" + near + "\"?").orElse("");
    String list = allowed.isEmpty() ? "there is none" : "allowed: " + String.join(", ", allowed);
    return "unknown " + what + " \"" + name + "\"" + (meant.isEmpty() ? "; " : meant + " ") + list;
  }

  public boolean isNull() {
    return node instanceof RecipeNode.Scalar(Place place, Optional<Object> scalar)
        && scalar.isEmpty();
  }

  /** As a plain Java value. */
  public Object required() {
    Object value = node.value();
    if (value == null) {
      throw keyError("has no value");
    }
    return value;
  }

  public String text() {
    if (scalar() instanceof String text) {
      return text;
    }
    throw expected("a text");
  }

  /** A text that is also given where YAML sees a number or a flag. */
  public String scalarText() {
    Object scalar = scalar();
    if (scalar == null) {
      throw expected("a text");
    }
    return String.valueOf(scalar);
  }

  public long integer() {
    return switch (scalar()) {
      case Long number -> number;
      case null, default -> throw expected("a whole number");
    };
  }

  long positive() {
    long number = integer();
    if (number < 1) {
      throw error("expected a whole number of at least 1, found " + number);
    }
    return number;
  }

  public double number() {
    return switch (scalar()) {
      case Long number -> number;
      case Double number when Double.isFinite(number) -> number;
      case null, default -> throw expected("a number");
    };
  }

  /** A part of the whole: above 0, at most 1. */
  double share() {
    double share = number();
    if (!(share > 0 && share <= 1)) {
      throw error("expected a share above 0 and at most 1, found " + share);
    }
    return share;
  }

  public boolean flag() {
    if (scalar() instanceof Boolean flag) {
      return flag;
    }
    throw expected("true or false");
  }

  public @Nullable Object scalar() {
    if (node instanceof RecipeNode.Scalar scalar) {
      return scalar.value();
    }
    return null;
  }

  public List<Located> items() {
    if (!(node instanceof RecipeNode.Sequence sequence)) {
      throw expected("a list");
    }
    List<Located> items = new ArrayList<>();
    for (RecipeNode item : sequence.items()) {
      items.add(new Located(path + "[" + items.size() + "]", item.place(), item));
    }
    return items;
  }

  /** A list, or one value that stands for a list of one. */
  public List<Located> itemsOrOne() {
    return node instanceof RecipeNode.Scalar && !isNull() ? List.of(this) : items();
  }

  /** The texts of a list, or one. */
  public List<String> texts() {
    return itemsOrOne().stream().map(Located::scalarText).toList();
  }

  public Map<String, Located> entries() {
    if (!(node instanceof RecipeNode.Mapping mapping)) {
      throw expected("keys and values");
    }
    Map<String, Located> entries = new LinkedHashMap<>();
    mapping
        .entries()
        .forEach((name, entry) ->
            entries.put(
                name,
                new Located(
                    path.isEmpty() ? name : path + "." + name, entry.key(), entry.value())));
    return entries;
  }

  /** Entries of which all keys are known. */
  public Map<String, Located> fields(Collection<String> allowed) {
    Map<String, Located> entries = entries();
    entries.forEach((name, value) -> {
      if (!allowed.contains(name)) {
        throw new RecipeException(
            value.key() + ": " + value.path() + ": " + unknownText("key", name, allowed));
      }
    });
    return entries;
  }

  private static String describe(RecipeNode node) {
    return switch (node) {
      case RecipeNode.Mapping mapping -> "keys and values";
      case RecipeNode.Sequence sequence -> "a list";
      case RecipeNode.Scalar scalar ->
          switch (scalar.value()) {
            case null -> "nothing";
            case String text ->
                "\"" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "\"";
            case Object other -> String.valueOf(other);
          };
    };
  }
}
