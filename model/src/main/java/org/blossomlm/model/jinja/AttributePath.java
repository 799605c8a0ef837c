package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path such as {@code function.arguments.0} that filters like {@code map} take: names and indices
 * separated by dots.
 */
record AttributePath(List<Value> keys) {
  /** The path that {@code attribute} spells; none stands for the element itself. */
  static AttributePath of(Value attribute) {
    return switch (attribute) {
      case Value.None none -> new AttributePath(List.of());
      case StringValue path -> {
        List<Value> keys = new ArrayList<>();
        for (String part : path.text().split("\\.", -1)) {
          boolean isIndex = !part.isEmpty() && part.length() <= 9 && TextCase.isDecimal(part);
          keys.add(isIndex ? Value.of(Integer.parseInt(part)) : StringValue.trusted(part));
        }
        yield new AttributePath(keys);
      }
      default -> new AttributePath(List.of(attribute));
    };
  }

  /** The paths of a comma-separated list, by which {@code sort} orders. */
  static List<AttributePath> list(Value attribute) {
    if (!(attribute instanceof StringValue paths)) {
      return List.of(of(attribute));
    }
    List<AttributePath> result = new ArrayList<>();
    for (String path : paths.text().split(",", -1)) {
      result.add(of(StringValue.trusted(path)));
    }
    return result;
  }

  Value of(Value element, Runtime runtime) {
    return of(element, null, runtime);
  }

  /**
   * @param fallback replaces what is undefined on the way; null for none
   */
  Value of(Value element, @Nullable Value fallback, Runtime runtime) {
    Value result = element;
    for (Value key : keys) {
      result = Attributes.item(result, key, runtime);
      if (fallback != null && fallback != Value.None.NONE && result instanceof Undefined) {
        result = fallback;
      }
    }
    return result;
  }
}
