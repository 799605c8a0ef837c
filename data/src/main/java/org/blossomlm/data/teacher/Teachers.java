package org.blossomlm.data.teacher;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.blossomlm.data.DataException;

/**
 * The teachers of a run, with one cache, one budget and one meter for all. Close it before the
 * cache.
 *
 * <pre>{@code
 * try (CallCache cache = CallCache.open(folder.resolve("calls.db"));
 *     Teachers teachers =
 *         Teachers.open(settings, cache, PriceTable.bundled(), Budget.parse("5.00USD"))) {
 *   Teacher strong = teachers.teacher("strong");
 *   Completion answer = strong.complete(CompletionRequest.of(messages));
 * }
 * }</pre>
 *
 * <p>Calls throw {@link TeacherException} where one record gets no answer, and {@link
 * ResumableException} where the run should stop.
 */
public final class Teachers implements AutoCloseable {
  private final Map<String, CachedTeacher> teachers;
  private final CostMeter meter;
  private final Budget budget;

  private Teachers(Map<String, CachedTeacher> teachers, CostMeter meter, Budget budget) {
    this.teachers = teachers;
    this.meter = meter;
    this.budget = budget;
  }

  /** As the other, with keys from the environment of this process. */
  public static Teachers open(
      Collection<? extends TeacherSettings> settings,
      CallCache cache,
      PriceTable prices,
      Budget budget) {
    return open(settings, cache, prices, budget, System.getenv());
  }

  /**
   * Makes teachers ready; nothing is sent and no model loaded yet.
   *
   * @param environment variables with the keys
   * @throws DataException if a key or a model file is missing, or if there is a limit of money and
   *     the price of a model is not known
   */
  public static Teachers open(
      Collection<? extends TeacherSettings> settings,
      CallCache cache,
      PriceTable prices,
      Budget budget,
      Map<String, String> environment) {
    CostMeter meter = new CostMeter();
    Map<String, CachedTeacher> teachers = new LinkedHashMap<>();
    Teachers all = new Teachers(teachers, meter, budget);
    try {
      for (TeacherSettings each : settings) {
        Optional<Price> price = price(each, prices);
        if (price.isEmpty() && budget.limit().isPresent()) {
          throw new DataException(
              "teacher "
                  + each.name()
                  + ": the price of its model is not known, so --budget cannot be kept. Give it:"
                  + " price: {prompt: …, completion: …} in USD per million tokens, or price: free;"
                  + " or a table of prices with --prices");
        }
        DirectTeacher direct =
            switch (each) {
              case ServiceSettings service ->
                  new OpenAiTeacher(service, environment, () -> meter.retried(each.name()));
              case LocalSettings local -> new LocalTeacher(local);
            };
        CachedTeacher teacher = new CachedTeacher(each.name(), direct, cache, budget, meter, price);
        if (teachers.putIfAbsent(each.name(), teacher) != null) {
          teacher.close();
          throw new DataException("teachers: two are called '" + each.name() + "'");
        }
      }
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
    return all;
  }

  private static Optional<Price> price(TeacherSettings settings, PriceTable prices) {
    return switch (settings) {
      case ServiceSettings service -> service.price().or(() -> prices.find(service.model()));
      case LocalSettings local -> Optional.of(Price.FREE);
    };
  }

  public Set<String> names() {
    return Set.copyOf(teachers.keySet());
  }

  /**
   * The teacher that the recipe calls {@code name}.
   *
   * @throws DataException if there is none, with the nearest
   */
  public Teacher teacher(String name) {
    return find(name);
  }

  private CachedTeacher find(String name) {
    CachedTeacher teacher = teachers.get(name);
    if (teacher == null) {
      throw new DataException(
          "no such teacher: '" + name + "'" + NearestName.suggestion(name, teachers.keySet()));
    }
    return teacher;
  }

  /**
   * What these requests would cost now; those that the cache has cost nothing. For a part of what
   * is to be asked, see {@link Estimate#scaledTo}.
   */
  public Estimate estimate(String name, List<CompletionRequest> requests)
      throws InterruptedException {
    Estimate sum = Estimate.NOTHING;
    for (CompletionRequest request : requests) {
      sum = sum.plus(find(name).estimate(request));
    }
    return sum;
  }

  /** What was done and what it cost. */
  public CostMeter meter() {
    return meter;
  }

  /** For whom calls wait; of several teachers, the one that has answered nobody for longest. */
  public Optional<TeacherPause> pause() {
    return teachers.values().stream()
        .flatMap(teacher -> teacher.pause().stream())
        .max(Comparator.comparing(TeacherPause::since));
  }

  public Budget budget() {
    return budget;
  }

  /** Ends calls that are under way, and closes local models. */
  @Override
  public void close() {
    teachers.values().forEach(CachedTeacher::close);
  }
}
