package org.blossomlm.data.recipe;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads YAML 1.2 with the places of all keys and values. Jackson, which is used elsewhere, reports
 * no places of values and does not resolve aliases, so the parser below it is asked directly.
 */
public final class YamlTree {
  /** Nodes of a recipe with its aliases written out; more would be an attack, not a recipe. */
  private static final int MAX_NODES = 100_000;

  private static final int MAX_DEPTH = 50;

  private final String file;
  private int nodes;

  private YamlTree(String file) {
    this.file = file;
  }

  /**
   * @param file as messages name it
   * @throws RecipeException naming the place if {@code text} is not YAML
   */
  public static RecipeNode read(String text, String file) {
    var tree = new YamlTree(file);
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setUseMarks(true).setAllowDuplicateKeys(true).build();
    try {
      Node root =
          new Compose(settings)
              .composeReader(new StringReader(text))
              .orElseThrow(() -> new RecipeException(file + ": is empty; a recipe is expected"));
      return tree.node(root, 0);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(tree::place).map(Place::toString).orElse(file);
      throw new RecipeException(where + ": not YAML: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new RecipeException(file + ": not YAML: " + e.getMessage(), e);
    }
  }

  private RecipeNode node(Node node, int depth) {
    Place place = node.getStartMark().map(this::place).orElse(new Place(file, 1, 1));
    if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
      throw new RecipeException(
          "%s: too large: more than %d values or %d levels, aliases written out"
              .formatted(place, MAX_NODES, MAX_DEPTH));
    }
    return switch (node) {
      case ScalarNode scalar -> new RecipeNode.Scalar(place, scalar(scalar, place));
      case SequenceNode sequence -> {
        List<RecipeNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          items.add(node(item, depth + 1));
        }
        yield new RecipeNode.Sequence(place, items);
      }
      case MappingNode mapping -> mapping(mapping, place, depth);
      default -> throw new RecipeException(place + ": not understood: " + node.getNodeType());
    };
  }

  private RecipeNode mapping(MappingNode mapping, Place place, int depth) {
    Map<String, RecipeNode.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place at = tuple.getKeyNode().getStartMark().map(this::place).orElse(place);
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new RecipeException(at + ": a key must be a plain word");
      }
      var entry = new RecipeNode.Entry(at, node(tuple.getValueNode(), depth + 1));
      RecipeNode.Entry before = entries.putIfAbsent(key.getValue(), entry);
      if (before != null) {
        throw new RecipeException(
            "%s: %s is given twice, first in line %d"
                .formatted(at, key.getValue(), before.key().line()));
      }
    }
    return new RecipeNode.Mapping(place, entries);
  }

  private static Optional<Object> scalar(ScalarNode node, Place place) {
    String text = node.getValue();
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return Optional.empty();
    }
    if (tag.equals(Tag.BOOL)) {
      return Optional.of(Boolean.valueOf(text));
    }
    try {
      if (tag.equals(Tag.INT)) {
        return Optional.of(Long.valueOf(text));
      }
      if (tag.equals(Tag.FLOAT)) {
        return Optional.of(Double.valueOf(text));
      }
    } catch (NumberFormatException e) {
      throw new RecipeException(place + ": not a number that can be used here: " + text, e);
    }
    return Optional.of(text);
  }

  private Place place(Mark mark) {
    return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
  }
}
