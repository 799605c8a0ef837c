package org.blossomlm.data.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.Provenance;
import org.blossomlm.data.Provenance.Origin;
import org.blossomlm.data.RecordHead;
import org.jspecify.annotations.Nullable;

/**
 * What all records have, in the shapes of other programs: {@code id}, {@code metadata}, {@code
 * failed} and {@code failure_reason} where there is something to say, and the fields that nobody
 * knows.
 */
final class HeadJson {
  private static final List<String> NAMES = List.of("id", "metadata", "failed", "failure_reason");

  private HeadJson() {}

  /**
   * The head of {@code object}, of which {@code left} are the fields that were not taken; to be
   * called last.
   */
  static RecordHead take(Map<String, @Nullable Object> object, Fields left, Origin origin) {
    Optional<String> own = RecordIds.own(left.peek("id"));
    if (own.isPresent() || left.peek("id") == null) {
      left.take("id");
    }
    Optional<String> failure = takeFailure(left);
    Map<String, @Nullable Object> metadata =
        left.peek("metadata") == null || left.peek("metadata") instanceof Map<?, ?>
            ? left.takeObject("metadata")
            : Map.of();
    return new RecordHead(
        own.or(() -> otherId(left)).orElseGet(() -> RecordIds.derived(object, origin)),
        metadata,
        new Provenance(Optional.of(origin), List.of()),
        failure,
        left.rest());
  }

  /** An id by another name than ours; the field stays, so that it is written again. */
  private static Optional<String> otherId(Fields left) {
    return RecordIds.FIELDS.stream()
        .map(name -> RecordIds.own(left.peek(name)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Why the record failed, where {@code failed} is true. */
  static Optional<String> takeFailure(Fields fields) {
    // Tables of text have no booleans.
    if (!Boolean.TRUE.equals(fields.peek("failed")) && !"true".equals(fields.peek("failed"))) {
      if (fields.peek("failed") == null || Boolean.FALSE.equals(fields.peek("failed"))) {
        fields.take("failed");
      }
      if (fields.peek("failure_reason") == null) {
        fields.take("failure_reason");
      }
      return Optional.empty();
    }
    fields.take("failed");
    Object reason = fields.take("failure_reason");
    return Optional.of(reason == null ? "" : reason.toString());
  }

  /** Without an extra field that was written in another way. */
  static RecordHead without(RecordHead head, String name) {
    Map<String, @Nullable Object> extra = new LinkedHashMap<>(head.extra());
    extra.remove(name);
    return new RecordHead(head.id(), head.metadata(), head.provenance(), head.failure(), extra);
  }

  /** Begins an object with the id, unless it only follows from the content. */
  static Map<String, @Nullable Object> begin(RecordHead head) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    boolean byOtherName =
        RecordIds.FIELDS.stream()
            .anyMatch(name ->
                RecordIds.own(head.extra().get(name)).filter(head.id()::equals).isPresent());
    if (!RecordIds.isDerived(head.id()) && !byOtherName) {
      map.put("id", head.id());
    }
    return map;
  }

  /**
   * Ends an object.
   *
   * @param taken names that readers of the shape understand
   */
  static Map<String, @Nullable Object> end(
      Map<String, @Nullable Object> map, RecordHead head, List<String> taken) {
    if (!head.metadata().isEmpty()) {
      map.put("metadata", head.metadata());
    }
    head.failure()
        .ifPresent(reason -> {
          map.put("failed", true);
          map.put("failure_reason", reason);
        });
    List<String> all = new ArrayList<>(NAMES);
    all.addAll(taken);
    Fields.addExtra(map, head.extra(), all);
    return map;
  }
}
