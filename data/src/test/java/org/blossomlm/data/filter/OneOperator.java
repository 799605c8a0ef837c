package org.blossomlm.data.filter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.dedup.DedupOperators;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;

/** Runs one operator on records in memory, with the defaults that a recipe would give it. */
public final class OneOperator {
  /** What came of the records. */
  public record Result(
      List<DataRecord> kept,
      List<DataRecord> dropped,
      List<String> reasons,
      Map<String, Long> counts) {
    public List<String> keptIds() {
      return kept.stream().map(DataRecord::id).toList();
    }

    public List<String> droppedIds() {
      return dropped.stream().map(DataRecord::id).toList();
    }

    public DataRecord only() {
      if (kept.size() != 1) {
        throw new AssertionError("kept " + kept.size() + " records; dropped because of " + reasons);
      }
      return kept.getFirst();
    }
  }

  private final Operator operator;
  private final long seed;

  private OneOperator(Operator operator, long seed) {
    this.operator = operator;
    this.seed = seed;
  }

  /** The operator called {@code name}; {@code arguments} are name, value, name, value ... */
  public static OneOperator of(String name, Object... arguments) {
    return seeded(7, name, arguments);
  }

  public static OneOperator seeded(long seed, String name, Object... arguments) {
    OperatorSpec spec =
        Stream.concat(FilterOperators.all().stream(), DedupOperators.all().stream())
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no operator is called " + name));
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : spec.parameters()) {
      parameter.defaultValue().ifPresent(value -> values.put(parameter.name(), value));
    }
    for (int i = 0; i < arguments.length; i += 2) {
      Object argument = arguments[i];
      if (spec.parameters().stream().noneMatch(parameter -> parameter.name().equals(argument))) {
        throw new AssertionError(name + " has no parameter " + argument);
      }
      values.put((String) argument, arguments[i + 1]);
    }
    return new OneOperator(spec.factory().apply(new Arguments(values, Path.of("."))), seed);
  }

  public Result run(DataRecord... records) {
    return run(List.of(records));
  }

  /** Runs; a record whose operator throws comes out as failed, as in a real run. */
  public Result run(List<? extends DataRecord> records) {
    Result result =
        new Result(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new TreeMap<>());
    OperatorContext context = context(result.counts());
    try {
      switch (operator) {
        case RecordOperator one -> {
          for (DataRecord record : records) {
            apply(one, record, context, result);
          }
        }
        case SetOperator all -> all.apply(inMemory(records), output(result), context);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return result;
  }

  private static void apply(
      RecordOperator operator, DataRecord record, OperatorContext context, Result result)
      throws InterruptedException {
    if (record.failure().isPresent()) {
      result.kept().add(record);
      return;
    }
    try {
      switch (operator.apply(record, context)) {
        case Outcome.Keep keep -> result.kept().addAll(keep.records());
        case Outcome.Drop drop -> {
          result.dropped().add(record);
          result.reasons().add(drop.reason());
        }
      }
    } catch (RuntimeException e) {
      result.kept().add(record.failed(String.valueOf(e.getMessage())));
    }
  }

  private static SetOperator.Output output(Result result) {
    return new SetOperator.Output() {
      @Override
      public void keep(DataRecord record) {
        result.kept().add(record);
      }

      @Override
      public void drop(DataRecord record, String reason) {
        result.dropped().add(record);
        result.reasons().add(reason);
      }
    };
  }

  public static SetOperator.RecordSet inMemory(List<? extends DataRecord> records) {
    return new SetOperator.RecordSet() {
      @Override
      public long size() {
        return records.size();
      }

      @Override
      public void forEach(Consumer<? super DataRecord> consumer) {
        records.forEach(consumer);
      }

      @Override
      public void forEach(long[] indices, Consumer<? super DataRecord> consumer) {
        for (long index : indices) {
          consumer.accept(records.get((int) index));
        }
      }
    };
  }

  private OperatorContext context(Map<String, Long> counts) {
    return new OperatorContext() {
      @Override
      public String step() {
        return "step";
      }

      @Override
      public RandomGenerator random(DataRecord record) {
        return new SplittableRandom(seed * 31 + record.id().hashCode());
      }

      @Override
      public RandomGenerator random() {
        return new SplittableRandom(seed);
      }

      @Override
      public Teacher teacher(String name) {
        throw new AssertionError("no rule asks a teacher");
      }

      @Override
      public void count(String what, long amount) {
        counts.merge(what, amount, Long::sum);
      }
    };
  }

  /** A chat of one user message and one answer. */
  public static ChatRecord chat(String id, String user, String assistant) {
    return chat(id, ChatMessage.user(user), ChatMessage.assistant(assistant));
  }

  public static ChatRecord chat(String id, ChatMessage... messages) {
    return new ChatRecord(RecordHead.of(id), List.of(messages));
  }

  /** A chat in which the assistant says {@code text}. */
  public static ChatRecord answer(String text) {
    return chat("a", "问题 question", text);
  }

  public static TextRecord text(String id, String text) {
    return new TextRecord(RecordHead.of(id), text);
  }

  public static RowRecord row(String id, Object... fields) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      values.put((String) fields[i], fields[i + 1]);
    }
    return new RowRecord(RecordHead.of(id), values);
  }
}
