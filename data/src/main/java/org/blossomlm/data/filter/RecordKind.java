package org.blossomlm.data.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Operator;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.RecordOperator;

/**
 * The kind of record that an operator's name begins with. {@code chat_} operators also take
 * preference pairs.
 */
enum RecordKind {
  CHAT("chats"),
  TEXT("texts"),
  ROW("rows");

  private final String plural;

  RecordKind(String plural) {
    this.plural = plural;
  }

  private boolean includes(DataRecord record) {
    return switch (record) {
      case ChatRecord chat -> this == CHAT;
      case PreferenceRecord pair -> this == CHAT;
      case TextRecord text -> this == TEXT;
      case RowRecord row -> this == ROW;
    };
  }

  /** {@code operator}, which fails a record of another kind instead of misreading it. */
  private RecordOperator guard(String name, RecordOperator operator) {
    return (record, context) -> {
      if (!includes(record)) {
        throw new DataException(
            name
                + " works on "
                + plural
                + ", and this is a "
                + record.getClass().getSimpleName().replace("Record", "").toLowerCase(Locale.ROOT)
                + " record; convert it first or use the operator for its kind");
      }
      return operator.apply(record, context);
    };
  }

  /** An operator for records of this kind only. */
  OperatorSpec spec(
      String name,
      String summary,
      List<Parameter> parameters,
      Function<Arguments, RecordOperator> factory) {
    return new OperatorSpec(
        name, summary, parameters, arguments -> guard(name, factory.apply(arguments)));
  }

  /**
   * The twins of one operator: {@code chat_NAME} with roles, {@code text_NAME}, and {@code
   * row_NAME} with fields.
   *
   * @param name without the kind
   * @param roles whose messages count by default
   */
  static List<OperatorSpec> twins(
      String name,
      String summary,
      List<String> roles,
      List<Parameter> parameters,
      Function<Arguments, RecordOperator> factory) {
    List<OperatorSpec> specs = new ArrayList<>();
    for (RecordKind kind : values()) {
      List<Parameter> own = new ArrayList<>(parameters);
      switch (kind) {
        case CHAT -> own.add(TextScope.rolesParameter(roles));
        case ROW -> own.add(TextScope.fieldsParameter());
        case TEXT -> {}
      }
      if (kind != CHAT) {
        own.removeIf(parameter -> parameter.name().endsWith("_reasoning"));
      }
      specs.add(
          kind.spec(kind.name().toLowerCase(Locale.ROOT) + "_" + name, summary, own, factory));
    }
    return specs;
  }

  /** An operator for records of every kind, with roles and fields. */
  static OperatorSpec anyKind(
      String name,
      String summary,
      List<String> roles,
      List<Parameter> parameters,
      Function<Arguments, Operator> factory) {
    List<Parameter> own = new ArrayList<>(parameters);
    own.add(TextScope.rolesParameter(roles));
    own.add(TextScope.fieldsParameter());
    return new OperatorSpec(name, summary, own, factory);
  }
}
