package org.blossomlm.data.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.blossomlm.data.DataException;
import org.blossomlm.data.format.JsonTree;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Objects in JSON documents, one in memory at a time: the elements of an array, objects that follow
 * each other with or without white space between, or what lies at a given place, where the members
 * of an object count as elements with their name as id.
 */
final class JsonSource implements ObjectSource {
  private final JsonParser parser;
  private final List<String> path;
  private final boolean members;
  private final int maxBytes;
  private long row;
  private long complete;

  /** Whether the parser is inside the array or object whose elements are the records. */
  private boolean inside;

  private boolean started;
  private boolean done;

  /**
   * @param at where the records are, such as {@code /data/*}
   */
  JsonSource(InputStream in, Optional<String> at, int maxBytes) {
    this.parser = JsonTree.FACTORY.createParser(ObjectReadContext.empty(), in);
    this.maxBytes = maxBytes;
    List<String> names = new ArrayList<>();
    at.ifPresent(place -> {
      if (!place.startsWith("/")) {
        throw new DataException(
            "--at %s: a place in a JSON document begins with /, e.g. /data/*".formatted(place));
      }
      for (String name : place.substring(1).split("/", -1)) {
        names.add(name.replace("~1", "/").replace("~0", "~"));
      }
    });
    this.members = !names.isEmpty() && names.getLast().equals("*");
    this.path = members ? names.subList(0, names.size() - 1) : names;
  }

  @Override
  public Optional<Item> next() throws IOException {
    try {
      Optional<Item> item = advance();
      complete = row;
      return item;
    } catch (JacksonException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new DataException(
          "not JSON: %s, line %d, after %d records"
              .formatted(
                  JsonTree.explain(e),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  complete),
          e);
    }
  }

  private Optional<Item> advance() {
    while (!done) {
      if (inside) {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.END_ARRAY || token == JsonToken.END_OBJECT) {
          inside = false;
          done = !path.isEmpty();
          continue;
        }
        Optional<String> name = Optional.empty();
        if (token == JsonToken.PROPERTY_NAME) {
          name = Optional.of(parser.currentName());
          parser.nextToken();
        }
        return Optional.of(item(name));
      }
      if (parser.nextToken() == null) {
        done = true;
        if (!path.isEmpty() && !started) {
          throw new DataException("there is nothing at /" + String.join("/", path));
        }
        break;
      }
      Optional<Item> item = document();
      if (item.isPresent()) {
        return item;
      }
    }
    return Optional.empty();
  }

  /** Goes to the records in the document that begins with the current token. */
  private Optional<Item> document() {
    for (String name : path) {
      enter(name);
    }
    started = true;
    JsonToken token = parser.currentToken();
    boolean container = token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT;
    if (members && !container) {
      throw new DataException(
          "/%s: has no elements, it is %s"
              .formatted(String.join("/", path), token == null ? "nothing" : token.asString()));
    }
    if (token == JsonToken.START_ARRAY || members) {
      inside = true;
      return Optional.empty();
    }
    done = !path.isEmpty();
    return Optional.of(item(Optional.empty()));
  }

  private void enter(String name) {
    List<String> others = new ArrayList<>();
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String found = parser.currentName();
        parser.nextToken();
        if (found.equals(name)) {
          return;
        }
        parser.skipChildren();
        if (others.size() < 10) {
          others.add(found);
        }
      }
    }
    throw new DataException(
        "--at: there is no %s; there is %s"
            .formatted(name, others.isEmpty() ? "no object" : String.join(", ", others)));
  }

  private Item item(Optional<String> name) {
    row++;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      name.ifPresent(id -> object.put("id", id));
      Objects.requireNonNull((Map<?, ?>) JsonTree.value(parser, maxBytes))
          .forEach((key, value) -> object.put(String.valueOf(key), value));
      return new Found(row, object, new byte[0]);
    }
    Object value = JsonTree.value(parser, maxBytes);
    return new Bad(
        row, "not a JSON object", JsonTree.write(value).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String place() {
    return "record " + complete;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
