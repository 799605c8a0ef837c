package org.blossomlm.model.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.json.JsonTree;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@code tokenizer.json} as it was read. {@code model.vocab} and {@code model.merges}, which have
 * hundreds of thousands of entries and are nearly all of the file, are flat lists, which take a
 * fraction of the time and memory of a tree; everything else is a tree.
 */
public final class TokenizerDocument {
  /** The largest known file, of 256 000 tokens, has 35 MB. */
  private static final long LARGEST_FILE = 512L << 20;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Path path;
  private JsonNode root = NODES.missingNode();
  private String[] tokens = {};
  private int[] ids = {};
  private int size = -1;

  /** Two tokens with a space between; where it stands is in {@link #spaces}. */
  private String[] merges = {};

  private int[] spaces = {};
  private int mergeCount = -1;

  private TokenizerDocument(Path path) {
    this.path = path;
  }

  /**
   * Reads a file.
   *
   * @throws ModelException if it cannot be read, is no JSON, or an entry of the vocabulary or a
   *     merge has the wrong form; everything else is checked where it is used
   */
  public static TokenizerDocument read(Path path) {
    var document = new TokenizerDocument(path);
    try (JsonParser parser = JsonTree.parser(text(path))) {
      document.parse(parser);
      JsonTree.requireEnd(parser);
      return document;
    } catch (JacksonException e) {
      throw new ModelException(
          "%s: is not valid JSON: %s".formatted(path, e.getOriginalMessage()), e);
    }
  }

  private static char[] text(Path path) {
    try {
      long bytes = Files.size(path);
      if (bytes > LARGEST_FILE) {
        throw new ModelException(
            "%s: has %d bytes; at most %d are allowed".formatted(path, bytes, LARGEST_FILE));
      }
      CharBuffer text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path)));
      return Arrays.copyOfRange(text.array(), text.position(), text.limit());
    } catch (CharacterCodingException e) {
      throw new ModelException(path + ": is not valid JSON: it is not UTF-8", e);
    } catch (IOException e) {
      throw new ModelException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  public Path path() {
    return path;
  }

  /** All but the vocabulary and the merges, unless those are of another kind than BPE has. */
  public JsonNode root() {
    return root;
  }

  /** Whether {@code model.vocab} is an object. */
  boolean hasVocabulary() {
    return size >= 0;
  }

  /** The entries of {@code model.vocab}, in the order of the file. */
  public int size() {
    return Math.max(0, size);
  }

  public String token(int entry) {
    return tokens[entry];
  }

  /** The id of an entry, which may be any number. */
  public int id(int entry) {
    return ids[entry];
  }

  /** Whether {@code model.merges} is an array. */
  boolean hasMerges() {
    return mergeCount >= 0;
  }

  public int mergeCount() {
    return Math.max(0, mergeCount);
  }

  public String left(int rank) {
    return merges[rank].substring(0, spaces[rank]);
  }

  public String right(int rank) {
    return merges[rank].substring(spaces[rank] + 1);
  }

  /** Both tokens with a space between. */
  public String merge(int rank) {
    return merges[rank];
  }

  private void parse(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      root = parser.currentToken() == null ? root : JsonTree.value(parser);
      return;
    }
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean model = name.equals("model") && value == JsonToken.START_OBJECT;
      object.set(name, model ? model(parser) : JsonTree.value(parser));
    }
    root = object;
  }

  private ObjectNode model(JsonParser parser) {
    size = -1;
    mergeCount = -1;
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
        vocabulary(parser);
      } else if (name.equals("merges") && value == JsonToken.START_ARRAY) {
        merges(parser);
      } else {
        object.set(name, JsonTree.value(parser));
      }
    }
    return object;
  }

  private void vocabulary(JsonParser parser) {
    size = 0;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String token = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT
          || parser.getNumberType() != JsonParser.NumberType.INT) {
        throw new ModelException(
            "%s: model.vocab has '%s' with id %s; ids are whole numbers from 0 on"
                .formatted(path, token, parser.getString()));
      }
      if (size == tokens.length) {
        int more = Math.max(1 << 15, 2 * size);
        tokens = Arrays.copyOf(tokens, more);
        ids = Arrays.copyOf(ids, more);
      }
      tokens[size] = token;
      ids[size] = parser.getIntValue();
      size++;
    }
  }

  private void merges(JsonParser parser) {
    mergeCount = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (mergeCount == merges.length) {
        int more = Math.max(1 << 15, 2 * mergeCount);
        merges = Arrays.copyOf(merges, more);
        spaces = Arrays.copyOf(spaces, more);
      }
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        String left = part(parser);
        String right = part(parser);
        if (parser.nextToken() != JsonToken.END_ARRAY) {
          throw notTwo("a list of more");
        }
        add(left + " " + right, left.length());
      } else {
        String text = parser.getString();
        int space = text.indexOf(' ');
        if (parser.currentToken() != JsonToken.VALUE_STRING
            || space <= 0
            || space == text.length() - 1
            || text.indexOf(' ', space + 1) >= 0) {
          throw notTwo("'" + text + "'");
        }
        add(text, space);
      }
    }
  }

  private String part(JsonParser parser) {
    if (parser.nextToken() != JsonToken.VALUE_STRING) {
      throw notTwo("a list with " + parser.getString());
    }
    return parser.getString();
  }

  private void add(String merge, int space) {
    merges[mergeCount] = merge;
    spaces[mergeCount] = space;
    mergeCount++;
  }

  private ModelException notTwo(String found) {
    return new ModelException(
        "%s: model.merges[%d] must be two tokens, as \"a b\" or [\"a\", \"b\"], but is %s"
            .formatted(path, mergeCount, found.length() <= 120 ? found : found.substring(0, 120)));
  }
}
