package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.blossomlm.model.ModelException;
import tools.jackson.databind.JsonNode;

/**
 * A value in a JSON file that knows where it is, so that every complaint can say it.
 *
 * @param path the way from the root, e.g. {@code model.merges[3]}; empty for the root
 */
record JsonView(String file, String path, JsonNode node) {

  /** The member {@code name}; absent if there is none. */
  JsonView get(String name) {
    return new JsonView(file, path.isEmpty() ? name : path + "." + name, node.path(name));
  }

  /** Whether there is a value other than null. */
  boolean present() {
    return !node.isMissingNode() && !node.isNull();
  }

  Optional<JsonView> ifPresent() {
    return present() ? Optional.of(this) : Optional.empty();
  }

  String string() {
    if (!node.isString()) {
      throw mustBe("a string");
    }
    return node.stringValue();
  }

  String stringOr(String otherwise) {
    return present() ? string() : otherwise;
  }

  boolean boolOr(boolean otherwise) {
    if (present() && !node.isBoolean()) {
      throw mustBe("true or false");
    }
    return present() ? node.booleanValue() : otherwise;
  }

  /** A whole number from 0 to 2^31 - 1. */
  int index() {
    OptionalInt value = node.isIntegralNumber() ? node.intValueOpt() : OptionalInt.empty();
    if (value.isEmpty() || value.getAsInt() < 0) {
      throw mustBe("a whole number from 0 to " + Integer.MAX_VALUE);
    }
    return value.getAsInt();
  }

  /** The elements of an array; none where the value is absent. */
  List<JsonView> elements() {
    if (!present()) {
      return List.of();
    }
    if (!node.isArray()) {
      throw mustBe("an array");
    }
    List<JsonView> elements = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      elements.add(new JsonView(file, path + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  /** The elements of an array without their places, for long arrays. */
  Collection<JsonNode> values() {
    if (!node.isArray()) {
      throw mustBe("an array");
    }
    return node.values();
  }

  /** The members of an object. */
  Collection<Map.Entry<String, JsonNode>> members() {
    if (!node.isObject()) {
      throw mustBe("an object");
    }
    return node.properties();
  }

  /** The member {@code type}, by which the parts of a tokenizer say what they are. */
  String type() {
    return get("type").string();
  }

  ModelException mustBe(String what) {
    String found = node.isMissingNode() ? "missing" : shortened(node.toString());
    return fail("must be " + what + " but is " + found);
  }

  /** An error about this value. */
  ModelException fail(String problem) {
    return new ModelException(
        "%s: %s %s".formatted(file, path.isEmpty() ? "the file" : path, problem));
  }

  /** An error about a value of the kind that this program does not support. */
  ModelException unsupported(String what, String supported) {
    return fail("is " + shortened(what) + ", which is not supported; supported are " + supported);
  }

  private static String shortened(String text) {
    return text.length() <= 120 ? text : text.substring(0, 117) + "...";
  }
}
