package org.blossomlm.model.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Filters about sequences and dicts. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Map<String, Builtins.Filter> all() {
    return Map.ofEntries(
        Map.entry("attr", SequenceFilters::attribute),
        Map.entry("batch", SequenceFilters::batch),
        Map.entry("count", SequenceFilters::length),
        Map.entry("d", SequenceFilters::orDefault),
        Map.entry("default", SequenceFilters::orDefault),
        Map.entry("dictsort", SequenceFilters::dictSort),
        Map.entry("first", SequenceFilters::first),
        Map.entry("groupby", SequenceFilters::groupBy),
        Map.entry("items", SequenceFilters::items),
        Map.entry("join", SequenceFilters::join),
        Map.entry("last", SequenceFilters::last),
        Map.entry("length", SequenceFilters::length),
        Map.entry("list", SequenceFilters::list),
        Map.entry("max", (input, arguments, runtime) -> extreme(input, arguments, ">", runtime)),
        Map.entry("min", (input, arguments, runtime) -> extreme(input, arguments, "<", runtime)),
        Map.entry("random", SequenceFilters::random),
        Map.entry("reverse", SequenceFilters::reverse),
        Map.entry("slice", SequenceFilters::slice),
        Map.entry("sort", SequenceFilters::sort),
        Map.entry("unique", SequenceFilters::unique));
  }

  private static Value attribute(Value input, Arguments arguments, Runtime runtime) {
    String name = arguments.bind("attr", 1, "name").string(0).text();
    if (input instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Value value = Attributes.own(input, name, runtime);
    return value == null ? Undefined.attribute(input, name) : value;
  }

  private static Value orDefault(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("default", 0, "default_value", "boolean");
    boolean replace = input instanceof Undefined || (bound.flag(1, false) && !input.isTrue());
    return replace ? bound.get(0, StringValue.EMPTY) : input;
  }

  private static Value length(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("length", 0);
    return Value.of(Iteration.length(input));
  }

  private static Value list(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("list", 0);
    return runtime.budget().list(runtime.elements(input));
  }

  private static Value first(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("first", 0);
    Iterator<Value> elements = runtime.iterate(input);
    return elements.hasNext()
        ? elements.next()
        : new Undefined("no first item, sequence was empty");
  }

  private static Value last(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("last", 0);
    if (input instanceof LazyIterator iterator) {
      throw new JinjaException("'" + iterator.typeName() + "' object is not reversible");
    }
    List<Value> elements = runtime.elements(input);
    return elements.isEmpty()
        ? new Undefined("no last item, sequence was empty")
        : elements.getLast();
  }

  private static Value random(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("random", 0);
    Iteration.length(input);
    List<Value> elements = runtime.elements(input);
    return elements.isEmpty()
        ? new Undefined("no random item, sequence was empty")
        : elements.get(runtime.random().nextInt(elements.size()));
  }

  private static Value items(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("items", 0);
    return LazyIterator.generator(() -> pairs(input, runtime).iterator(), input, runtime.budget());
  }

  private static List<Value> pairs(Value input, Runtime runtime) {
    return switch (input) {
      case Undefined undefined -> List.of();
      case DictValue dict -> new DictView(DictView.Kind.ITEMS, dict).elements(runtime.budget());
      default -> throw new JinjaException("can only get item pairs from a mapping");
    };
  }

  private static Value join(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("join", 0, "d", "attribute");
    StringValue separator = runtime.str(bound.get(0, StringValue.EMPTY));
    AttributePath path = AttributePath.of(bound.get(1, Value.None.NONE));
    TextBuilder out = new TextBuilder(runtime.budget());
    Iterator<Value> elements = runtime.iterate(input);
    boolean first = true;
    while (elements.hasNext()) {
      runtime.budget().step();
      if (!first) {
        out.append(separator);
      }
      first = false;
      out.append(runtime.str(path.of(elements.next(), runtime)));
    }
    return out.build();
  }

  private static Value reverse(Value input, Arguments arguments, Runtime runtime) {
    arguments.bind("reverse", 0);
    if (input instanceof StringValue string) {
      Indices.Span span = Indices.span(null, null, BigInteger.ONE.negate(), string.size());
      return Attributes.slice(string, span, runtime.budget());
    }
    if (!Iteration.isIterable(input)) {
      throw new JinjaException("argument must be iterable");
    }
    List<Value> reversed = new ArrayList<>(runtime.elements(input));
    Collections.reverse(reversed);
    if (input instanceof LazyIterator) {
      return runtime.budget().list(reversed);
    }
    String type =
        switch (input) {
          case ListValue list -> "list_reverseiterator";
          case RangeValue range -> "range_iterator";
          case DictValue dict -> "dict_reversekeyiterator";
          default -> "reversed";
        };
    return new LazyIterator(type, reversed.iterator(), input.depth(), runtime.budget());
  }

  private static Value batch(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
    return LazyIterator.generator(
        () -> batches(input, bound, runtime).iterator(), input, runtime.budget());
  }

  private static List<Value> batches(Value input, Arguments.Bound bound, Runtime runtime) {
    int size = bound.integer(0);
    Value fill = bound.get(1, Value.None.NONE);
    Budget budget = runtime.budget();
    List<Value> elements = runtime.elements(input);
    List<Value> batches = new ArrayList<>();
    if (size == 0 && !elements.isEmpty()) {
      batches.add(budget.list(List.of()));
    }
    // A line count below one never fills a batch, so that all elements end up in the last.
    int step = size < 1 ? Math.max(1, elements.size()) : size;
    for (long from = 0; from < elements.size(); from += step) {
      int to = (int) Math.min(elements.size(), from + step);
      List<Value> batch = new ArrayList<>(elements.subList((int) from, to));
      if (fill != Value.None.NONE && batch.size() < size) {
        budget.size(size);
        batch.addAll(Collections.nCopies(size - batch.size(), fill));
      }
      batches.add(budget.list(batch));
    }
    return batches;
  }

  private static Value slice(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
    return LazyIterator.generator(
        () -> slices(input, bound, runtime).iterator(), input, runtime.budget());
  }

  private static List<Value> slices(Value input, Arguments.Bound bound, Runtime runtime) {
    List<Value> elements = runtime.elements(input);
    if (bound.integer(0) == 0) {
      throw new JinjaException("integer division or modulo by zero");
    }
    int count = runtime.budget().size(Math.max(0, bound.integer(0)));
    Value fill = bound.get(1, Value.None.NONE);
    List<Value> slices = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      boolean longer = i < elements.size() % count;
      int to = from + elements.size() / count + (longer ? 1 : 0);
      List<Value> slice = new ArrayList<>(elements.subList(from, to));
      if (fill != Value.None.NONE && !longer) {
        slice.add(fill);
      }
      slices.add(runtime.budget().list(slice));
      from = to;
    }
    return slices;
  }

  private static Value ignoreCase(Value value) {
    return value instanceof StringValue string ? string.map(TextCase::lower) : value;
  }

  /** The key that {@code sort} and its like compare an element by. */
  private static Function<Value, Value> key(
      AttributePath path, boolean caseSensitive, Runtime runtime) {
    return element -> {
      Value value = path.of(element, runtime);
      return caseSensitive ? value : ignoreCase(value);
    };
  }

  private static Value sort(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    List<Function<Value, Value>> keys =
        AttributePath.list(bound.get(2, Value.None.NONE)).stream()
            .map(path -> key(path, bound.flag(1, false), runtime))
            .toList();
    List<Value> elements = new ArrayList<>(runtime.elements(input));
    Sorting.sort(
        elements,
        element -> runtime.budget().list(keys.stream().map(key -> key.apply(element)).toList()),
        bound.flag(0, false),
        runtime);
    return runtime.budget().list(elements);
  }

  private static Value dictSort(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    boolean caseSensitive = bound.flag(0, false);
    String by = bound.string(1, StringValue.trusted("key")).text();
    if (!by.equals("key") && !by.equals("value")) {
      throw new JinjaException("dictsort can only sort by \"key\" or \"value\"");
    }
    if (!(input instanceof DictValue dict)) {
      throw input instanceof Undefined undefined
          ? undefined.failure()
          : new JinjaException("dictsort needs a mapping, not " + input.typeName());
    }
    List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
    Sorting.sort(
        entries,
        entry -> {
          Value value = by.equals("key") ? entry.getKey() : entry.getValue();
          return caseSensitive ? value : ignoreCase(value);
        },
        bound.flag(2, false),
        runtime);
    List<Value> pairs = new ArrayList<>();
    entries.forEach(entry -> pairs.add(runtime.budget().pair(entry.getKey(), entry.getValue())));
    return runtime.budget().list(pairs);
  }

  private static Value unique(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
    return LazyIterator.generator(() -> distinct(input, bound, runtime), input, runtime.budget());
  }

  private static Iterator<Value> distinct(Value input, Arguments.Bound bound, Runtime runtime) {
    Function<Value, Value> key =
        key(AttributePath.of(bound.get(1, Value.None.NONE)), bound.flag(0, false), runtime);
    Set<Value> seen = new HashSet<>();
    return new FilteringIterator(
        runtime.iterate(input),
        element -> {
          runtime.budget().step();
          return seen.add(DictValue.requireHashable(key.apply(element)));
        });
  }

  private static Value extreme(Value input, Arguments arguments, String symbol, Runtime runtime) {
    Arguments.Bound bound =
        arguments.bind(symbol.equals("<") ? "min" : "max", 0, "case_sensitive", "attribute");
    Function<Value, Value> key =
        key(AttributePath.of(bound.get(1, Value.None.NONE)), bound.flag(0, false), runtime);
    Iterator<Value> elements = runtime.iterate(input);
    if (!elements.hasNext()) {
      return new Undefined("no aggregated item, sequence was empty");
    }
    Value best = elements.next();
    Value bestKey = key.apply(best);
    int wanted = symbol.equals("<") ? -1 : 1;
    while (elements.hasNext()) {
      runtime.budget().step();
      Value element = elements.next();
      Value elementKey = key.apply(element);
      if (runtime.operators().order(elementKey, bestKey, symbol) == wanted) {
        best = element;
        bestKey = elementKey;
      }
    }
    return best;
  }

  private static Value groupBy(Value input, Arguments arguments, Runtime runtime) {
    Arguments.Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    AttributePath path = AttributePath.of(bound.get(0));
    boolean caseSensitive = bound.flag(2, false);
    Function<Value, Value> rawKey = element -> path.of(element, bound.find(1), runtime);
    Function<Value, Value> key =
        caseSensitive ? rawKey : element -> ignoreCase(rawKey.apply(element));
    List<Value> elements = new ArrayList<>(runtime.elements(input));
    Sorting.sort(elements, key, false, runtime);
    List<Value> groups = new ArrayList<>();
    int from = 0;
    while (from < elements.size()) {
      Value groupKey = key.apply(elements.get(from));
      int to = from + 1;
      while (to < elements.size()
          && runtime.operators().equal(groupKey, key.apply(elements.get(to)))) {
        to++;
      }
      ListValue members = runtime.budget().list(elements.subList(from, to));
      Value grouper = caseSensitive ? groupKey : rawKey.apply(elements.get(from));
      groups.add(new TupleValue(List.of(grouper, members), List.of("grouper", "list")));
      from = to;
    }
    return runtime.budget().list(groups);
  }

  /** {@code value} with the keys of all its dicts in order, as {@code pprint} shows them. */
  static Value withSortedKeys(Value value, Runtime runtime) {
    return switch (value) {
      case ListValue list ->
          runtime
              .budget()
              .list(list.elements().stream().map(item -> withSortedKeys(item, runtime)).toList());
      case TupleValue tuple ->
          runtime
              .budget()
              .tuple(tuple.elements().stream().map(item -> withSortedKeys(item, runtime)).toList());
      case DictValue dict -> {
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
        // Keys of several types are sorted by type first.
        entries.sort(Comparator.comparing(entry -> entry.getKey().typeName()));
        boolean oneType =
            entries.stream().map(entry -> entry.getKey().typeName()).distinct().count() <= 1;
        if (oneType) {
          Sorting.sort(entries, Map.Entry::getKey, false, runtime);
        }
        Map<Value, Value> sorted = new LinkedHashMap<>();
        entries.forEach(
            entry -> sorted.put(entry.getKey(), withSortedKeys(entry.getValue(), runtime)));
        yield runtime.budget().dict(sorted);
      }
      default -> value;
    };
  }
}
