package org.blossomlm.model.json;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON into a tree without an {@code ObjectMapper}. That one can do much more, and loads 700
 * classes for it: most of the time that a short-lived program spends on small files. Trees are the
 * same; of two members with one name the last counts.
 */
public final class JsonTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory FACTORY = new JsonFactory();

  /** Without a table of property names, in which every token of a vocabulary would be a new one. */
  private static final JsonFactory MANY_NAMES =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  private JsonTree() {}

  /**
   * A parser for text with many different names; nesting and the lengths of names and strings are
   * bounded.
   */
  public static JsonParser parser(char[] json) {
    return MANY_NAMES.createParser(ObjectReadContext.empty(), json);
  }

  /**
   * Reads a whole document.
   *
   * @return a missing node if there is none
   * @throws tools.jackson.core.JacksonException if it is not valid
   */
  public static JsonNode read(byte[] json) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() == null) {
        return NODES.missingNode();
      }
      JsonNode root = value(parser);
      requireEnd(parser);
      return root;
    }
  }

  /** Sees that nothing follows. */
  public static void requireEnd(JsonParser parser) {
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "something follows its end");
    }
  }

  /** Reads the value that begins with the parser's current token, to its last. */
  public static JsonNode value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          object.set(name, value(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw new StreamReadException(parser, "expected a value");
    };
  }
}
