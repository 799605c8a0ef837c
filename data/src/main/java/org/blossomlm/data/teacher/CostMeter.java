package org.blossomlm.data.teacher;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.blossomlm.data.teacher.Completion.Usage;

/** Counts what teachers do and cost. Safe for use by many threads. */
public final class CostMeter {
  private final Map<String, TeacherCosts> costs = new ConcurrentHashMap<>();

  /** So far, by the names of teachers. */
  public Map<String, TeacherCosts> costs() {
    return new TreeMap<>(costs);
  }

  /** Of all teachers. */
  public TeacherCosts total() {
    return costs.values().stream().reduce(TeacherCosts.NONE, TeacherCosts::plus);
  }

  /** A call was answered now. */
  void answered(String teacher, Usage usage, boolean estimated, Optional<Price> price) {
    BigDecimal cost = price.map(known -> known.cost(usage)).orElse(BigDecimal.ZERO);
    add(
        teacher,
        new TeacherCosts(
            1, 0, 0, 0, usage, estimated ? 1 : 0, cost, price.isEmpty() ? 1 : 0, BigDecimal.ZERO));
  }

  /** The cache answered. */
  void cached(String teacher, Usage usage, Optional<Price> price) {
    BigDecimal saved = price.map(known -> known.cost(usage)).orElse(BigDecimal.ZERO);
    add(teacher, new TeacherCosts(0, 1, 0, 0, Usage.NONE, 0, BigDecimal.ZERO, 0, saved));
  }

  void failed(String teacher) {
    add(teacher, new TeacherCosts(0, 0, 1, 0, Usage.NONE, 0, BigDecimal.ZERO, 0, BigDecimal.ZERO));
  }

  void retried(String teacher) {
    add(teacher, new TeacherCosts(0, 0, 0, 1, Usage.NONE, 0, BigDecimal.ZERO, 0, BigDecimal.ZERO));
  }

  private void add(String teacher, TeacherCosts more) {
    costs.merge(teacher, more, TeacherCosts::plus);
  }
}
