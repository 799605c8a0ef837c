package org.blossomlm.data.generate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;

/** Runs operators as a recipe would: by name, with defaults, on records that a test writes. */
final class Bench implements OperatorContext {
  private final Map<String, Teacher> teachers;
  final Map<String, Long> counts = new TreeMap<>();
  long seed = 1;

  Bench(Map<String, ? extends Teacher> teachers) {
    this.teachers = Map.copyOf(teachers);
  }

  /** With one teacher, called {@code t}. */
  static Bench with(Teacher teacher) {
    return new Bench(Map.of("t", teacher));
  }

  static Operator operator(String name, Map<String, Object> arguments) {
    return operator(GenerateOperators.all(), name, arguments);
  }

  static Operator operator(List<OperatorSpec> specs, String name, Map<String, Object> arguments) {
    OperatorSpec spec =
        specs.stream().filter(candidate -> candidate.name().equals(name)).findFirst().orElseThrow();
    Map<String, Object> values = new LinkedHashMap<>();
    for (Parameter parameter : spec.parameters()) {
      Object value = arguments.get(parameter.name());
      if (value == null && parameter.name().equals("teacher") && !arguments.containsKey("model")) {
        value = "t";
      }
      if (value != null) {
        values.put(parameter.name(), value);
      } else {
        parameter.defaultValue().ifPresent(held -> values.put(parameter.name(), held));
      }
    }
    for (String given : arguments.keySet()) {
      if (spec.parameters().stream().noneMatch(p -> p.name().equals(given))) {
        throw new IllegalArgumentException(name + " has no parameter " + given);
      }
    }
    return spec.factory().apply(new Arguments(values, Path.of("")));
  }

  Outcome apply(String name, Map<String, Object> arguments, DataRecord record) {
    return apply((RecordOperator) operator(name, arguments), record);
  }

  Outcome apply(RecordOperator operator, DataRecord record) {
    try {
      return operator.apply(record, this);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The one record that comes out. */
  DataRecord one(String name, Map<String, Object> arguments, DataRecord record) {
    List<DataRecord> records = all(name, arguments, record);
    if (records.size() != 1) {
      throw new AssertionError("not one record but " + records);
    }
    return records.getFirst();
  }

  ChatRecord chat(String name, Map<String, Object> arguments, DataRecord record) {
    return (ChatRecord) one(name, arguments, record);
  }

  List<DataRecord> all(String name, Map<String, Object> arguments, DataRecord record) {
    if (apply(name, arguments, record) instanceof Outcome.Keep(List<DataRecord> records)) {
      return records;
    }
    throw new AssertionError("dropped");
  }

  /** {@code system: …}, {@code user: …}, {@code assistant: …}. */
  static ChatRecord record(String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (String turn : turns) {
      String text = turn.substring(turn.indexOf(':') + 1).stripLeading();
      messages.add(
          switch (turn.substring(0, turn.indexOf(':'))) {
            case "system" -> ChatMessage.system(text);
            case "user" -> ChatMessage.user(text);
            case "assistant" -> ChatMessage.assistant(text);
            default -> throw new IllegalArgumentException(turn);
          });
    }
    return new ChatRecord(RecordHead.of("r1"), messages);
  }

  /** The same spelling back. */
  static List<String> turns(DataRecord record) {
    return ((ChatRecord) record)
        .messages().stream().map(m -> m.role().wireName() + ": " + m.content()).toList();
  }

  @Override
  public String step() {
    return "step";
  }

  @Override
  public RandomGenerator random(DataRecord record) {
    return new SplittableRandom(Objects.hash(seed, step(), record.id()));
  }

  @Override
  public RandomGenerator random() {
    return new SplittableRandom(Objects.hash(seed, step()));
  }

  @Override
  public Teacher teacher(String name) {
    Teacher teacher = teachers.get(name);
    if (teacher == null) {
      throw new DataException("no teacher " + name);
    }
    return teacher;
  }

  @Override
  public synchronized void count(String what, long amount) {
    counts.merge(what, amount, Long::sum);
  }
}
