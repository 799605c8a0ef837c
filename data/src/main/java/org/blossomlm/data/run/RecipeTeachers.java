package org.blossomlm.data.run;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.teacher.Budget;
import org.blossomlm.data.teacher.CallCache;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Estimate;
import org.blossomlm.data.teacher.LocalSettings;
import org.blossomlm.data.teacher.Price;
import org.blossomlm.data.teacher.PriceTable;
import org.blossomlm.data.teacher.ServiceSettings;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.data.teacher.TeacherPause;
import org.blossomlm.data.teacher.TeacherSettings;
import org.blossomlm.data.teacher.Teachers;

/**
 * The teachers that a recipe describes, behind a call cache in the folder of the run. A recipe
 * without teachers has no cache either.
 */
public final class RecipeTeachers implements TeacherPool {
  private static final String CACHE = "calls.db";

  private final Optional<CallCache> cache;
  private final Optional<Teachers> teachers;
  private final Map<String, Price> prices;

  private RecipeTeachers(
      Optional<CallCache> cache, Optional<Teachers> teachers, Map<String, Price> prices) {
    this.cache = cache;
    this.teachers = teachers;
    this.prices = prices;
  }

  /**
   * How runs open their teachers, with the prices that Blossom brings.
   *
   * @param cache for the answers, in place of the one in the folder of the run
   */
  public static Opener opener(Budget budget, Optional<Path> cache) {
    return opener(budget, cache, PriceTable.bundled());
  }

  /**
   * How runs open their teachers.
   *
   * @param cache for the answers, in place of the one in the folder of the run
   */
  public static Opener opener(Budget budget, Optional<Path> cache, PriceTable prices) {
    return new Opener() {
      @Override
      public TeacherPool open(Recipe recipe, Path folder, BigDecimal spent) {
        return RecipeTeachers.open(
            recipe, () -> CallCache.open(file(folder)), budget.withSpent(spent), prices);
      }

      @Override
      public TeacherPool openForEstimates(Recipe recipe, Path folder) {
        return RecipeTeachers.open(
            recipe, () -> CallCache.openToRead(file(folder)), budget, prices);
      }

      private Path file(Path folder) {
        return cache.orElse(folder.resolve(CACHE));
      }
    };
  }

  /** The teachers whose calls are not in the cost, since nobody says what they cost. */
  public static List<String> unpriced(Recipe recipe, PriceTable table) {
    return recipe.teachers().stream()
        .filter(entry ->
            price(TeacherSettings.read(entry.name(), entry.settings(), recipe.folder()), table)
                .isEmpty())
        .map(Recipe.TeacherEntry::name)
        .toList();
  }

  private static Optional<Price> price(TeacherSettings settings, PriceTable table) {
    return switch (settings) {
      case ServiceSettings service -> service.price().or(() -> table.find(service.model()));
      case LocalSettings local -> Optional.of(Price.FREE);
    };
  }

  private static RecipeTeachers open(
      Recipe recipe, Supplier<CallCache> opener, Budget budget, PriceTable table) {
    if (recipe.teachers().isEmpty()) {
      return new RecipeTeachers(Optional.empty(), Optional.empty(), Map.of());
    }
    List<TeacherSettings> settings = new ArrayList<>();
    Map<String, Price> prices = new HashMap<>();
    for (Recipe.TeacherEntry entry : recipe.teachers()) {
      TeacherSettings read = TeacherSettings.read(entry.name(), entry.settings(), recipe.folder());
      settings.add(read);
      price(read, table).ifPresent(known -> prices.put(entry.name(), known));
    }
    CallCache cache = opener.get();
    try {
      return new RecipeTeachers(
          Optional.of(cache), Optional.of(Teachers.open(settings, cache, table, budget)), prices);
    } catch (RuntimeException e) {
      cache.close();
      throw e;
    }
  }

  @Override
  public Teacher teacher(String name) {
    return teachers
        .orElseThrow(() -> new DataException("no teacher " + name + ": the recipe has none"))
        .teacher(name);
  }

  @Override
  public BigDecimal cost(String teacher, Completion.Usage usage) {
    Price price = prices.get(teacher);
    return price == null ? BigDecimal.ZERO : price.cost(usage);
  }

  @Override
  public BigDecimal spent() {
    return teachers.map(open -> open.meter().total().cost()).orElse(BigDecimal.ZERO);
  }

  @Override
  public Optional<TeacherPause> pause() {
    return teachers.flatMap(Teachers::pause);
  }

  @Override
  public Estimate estimate(String teacher, CompletionRequest request) throws InterruptedException {
    return teachers.orElseThrow().estimate(teacher, List.of(request));
  }

  @Override
  public void close() {
    teachers.ifPresent(Teachers::close);
    cache.ifPresent(CallCache::close);
  }
}
