package org.blossomlm.data.dedup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.RecordField;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.SetOperator;

/**
 * Groups of records in given proportions. Which records of a group stay is drawn at random; they
 * keep their order. A record that is repeated gets another id: {@code a}, {@code a#2}, {@code a#3}.
 * Failed records belong to no group and stay.
 */
final class Mixture implements SetOperator {
  private final RecordField field;
  private final Map<String, Double> weights;
  private final long size;
  private final boolean repeat;

  /**
   * @param weights of the groups; empty means the same for all there are
   * @param size records of the result; 0 means as many as there are without repeating
   * @param repeat whether records are repeated where a group has too few
   */
  Mixture(String field, Map<String, Double> weights, long size, boolean repeat) {
    this.field = RecordField.of(field);
    this.weights = weights;
    this.size = size;
    this.repeat = repeat;
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new DataException("size is " + size + "; it must be from 0 to " + Integer.MAX_VALUE);
    }
    if (repeat && size == 0) {
      throw new DataException("repeat needs size: how many records the result has");
    }
  }

  static Map<String, Double> equalWeights(List<String> groups) {
    Map<String, Double> weights = new LinkedHashMap<>();
    groups.forEach(group -> weights.put(group, 1.0));
    return weights;
  }

  static Map<String, Double> weights(Map<String, Object> given) {
    Map<String, Double> weights = new LinkedHashMap<>();
    given.forEach((group, value) -> {
      if (!(value instanceof Number number)
          || !(number.doubleValue() > 0)
          || Double.isInfinite(number.doubleValue())) {
        throw new DataException(
            "weights: " + group + " has " + value + "; a weight is a number above 0");
      }
      weights.put(group, number.doubleValue());
    });
    if (weights.isEmpty()) {
      throw new DataException("weights: no group is given");
    }
    return weights;
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    Map<String, LongList> groups = new TreeMap<>();
    int[] next = {0};
    input.forEach(record -> {
      int i = next[0]++;
      if (record.failure().isEmpty()) {
        groups.computeIfAbsent(field.group(record), group -> new LongList()).add(i);
      }
    });
    // How often each record comes.
    int[] times = new int[next[0]];
    boolean[] counted = new boolean[next[0]];
    Map<String, Integer> targets = targets(groups);
    RandomGenerator random = context.random();
    for (Map.Entry<String, LongList> entry : groups.entrySet()) {
      LongList members = entry.getValue();
      int target = targets.getOrDefault(entry.getKey(), 0);
      int[] order = Permutation.of(members.size(), random);
      for (int i = 0; i < order.length; i++) {
        int record = (int) members.get(order[i]);
        counted[record] = true;
        times[record] = target / order.length + (i < target % order.length ? 1 : 0);
      }
      context.count(entry.getKey(), target);
    }
    next[0] = 0;
    input.forEach(record -> {
      int i = next[0]++;
      if (!counted[i]) {
        output.keep(record);
      } else if (times[i] == 0) {
        output.drop(
            record,
            targets.containsKey(field.group(record))
                ? "beyond the share of its group"
                : "its group is not wanted");
      }
      for (int k = 1; k <= times[i]; k++) {
        output.keep(k == 1 ? record : copy(record, k));
      }
    });
  }

  private static DataRecord copy(DataRecord record, int number) {
    return record.mapHead(head -> head.withId(head.id() + "#" + number));
  }

  /** How many records of each group the result has. */
  private Map<String, Integer> targets(Map<String, LongList> groups) {
    Map<String, Double> wanted = new LinkedHashMap<>(weights);
    if (wanted.isEmpty()) {
      groups.keySet().forEach(group -> wanted.put(group, 1.0));
    }
    List<String> missing = new ArrayList<>(wanted.keySet());
    missing.removeAll(groups.keySet());
    if (!missing.isEmpty()) {
      throw new DataException(
          "no record has "
              + field.name()
              + " = "
              + String.join(", ", missing)
              + "; there are: "
              + String.join(", ", groups.keySet()));
    }
    double sum = wanted.values().stream().mapToDouble(Double::doubleValue).sum();
    // The group that is used up first says how many records there can be without repeating.
    double most = Double.POSITIVE_INFINITY;
    for (Map.Entry<String, Double> entry : wanted.entrySet()) {
      most = Math.min(most, size(groups, entry.getKey()) / (entry.getValue() / sum));
    }
    double total = size == 0 ? most : repeat ? size : Math.min(size, most);
    Map<String, Integer> targets = new LinkedHashMap<>();
    for (Map.Entry<String, Double> entry : wanted.entrySet()) {
      int target = (int) Math.round(total * (entry.getValue() / sum));
      int available = size(groups, entry.getKey());
      targets.put(entry.getKey(), repeat ? target : Math.min(target, available));
    }
    return targets;
  }

  private static int size(Map<String, LongList> groups, String group) {
    LongList members = groups.get(group);
    return members == null ? 0 : members.size();
  }
}
