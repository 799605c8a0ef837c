package org.blossomlm.model.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Python's stable {@code sorted}, which compares with {@code <} only. */
final class Sorting {
  private Sorting() {}

  /** Sorts {@code elements} in place by their keys. */
  static <T> void sort(List<T> elements, Function<T, Value> key, boolean reverse, Runtime runtime) {
    List<Keyed<T>> keyed = new ArrayList<>(elements.size());
    for (T element : elements) {
      keyed.add(new Keyed<>(key.apply(element), element));
    }
    List<Keyed<T>> sorted = mergeSort(keyed, reverse, runtime);
    for (int i = 0; i < elements.size(); i++) {
      elements.set(i, sorted.get(i).element());
    }
  }

  private record Keyed<T>(Value key, T element) {}

  /**
   * An own merge sort: the library's may refuse an order that is not total, as that of NaN is, with
   * an exception of its own.
   */
  private static <T> List<Keyed<T>> mergeSort(
      List<Keyed<T>> elements, boolean reverse, Runtime runtime) {
    if (elements.size() < 2) {
      return elements;
    }
    int middle = elements.size() / 2;
    List<Keyed<T>> left = mergeSort(elements.subList(0, middle), reverse, runtime);
    List<Keyed<T>> right = mergeSort(elements.subList(middle, elements.size()), reverse, runtime);
    List<Keyed<T>> merged = new ArrayList<>(elements.size());
    int i = 0;
    int j = 0;
    while (i < left.size() && j < right.size()) {
      runtime.budget().step();
      int order = runtime.operators().order(right.get(j).key(), left.get(i).key(), "<");
      boolean rightFirst = reverse ? order == 1 : order == -1;
      merged.add(rightFirst ? right.get(j++) : left.get(i++));
    }
    merged.addAll(left.subList(i, left.size()));
    merged.addAll(right.subList(j, right.size()));
    return merged;
  }
}
