package org.blossomlm.data.dedup;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.TextScope;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.SetOperator.RecordSet;
import org.blossomlm.model.files.Sha256;

/**
 * Records with the same text, by the first 64 bits of its SHA-256: among a hundred million
 * different texts the chance that any two share them is one in four thousand. Memory: about 30
 * bytes a record.
 */
final class ExactDuplicates implements DistributedSearch, Likeness {
  /** What does not make texts different. */
  enum Normalization {
    /** Case, compatibility forms such as full-width letters (NFKC), and the amount of space. */
    TEXT,
    /** Everything but the tokens: see {@link Tokens}. */
    TOKENS,
    NONE
  }

  private final TextScope scope;
  private final Normalization normalization;

  ExactDuplicates(TextScope scope, Normalization normalization) {
    this.scope = scope;
    this.normalization = normalization;
  }

  @Override
  public Clusters find(RecordSet input, OperatorContext context) throws InterruptedException {
    Clusters clusters = new Clusters(Math.toIntExact(input.size()));
    HashIndex first = new HashIndex(1024);
    int[] next = {0};
    new Batches<String, Long>(
            this::take,
            String::length,
            this::hash,
            hash -> {
              int i = next[0]++;
              if (hash == 0) {
                return;
              }
              int same = first.putIfAbsent(hash, i);
              if (same != HashIndex.ABSENT) {
                clusters.union(same, i);
              }
            })
        .readAll(input);
    return clusters;
  }

  @Override
  public Likeness likeness(OperatorContext context) {
    return this;
  }

  @Override
  public String take(DataRecord record) {
    return record.failure().isPresent() ? "" : scope.joined(record);
  }

  @Override
  public Sketch sketch(Serializable taken) {
    long hash = hash((String) taken);
    return hash == 0 ? Sketch.EMPTY : new Sketch(false, hash, new long[0]);
  }

  @Override
  public boolean similar(Serializable a, Serializable b) {
    return false; // Nobody meets: there are no bands.
  }

  @Override
  public double degree(Serializable a, Serializable b) {
    return 1;
  }

  /** 0 for a text without content: such records are not copies of each other. */
  private long hash(String text) {
    if (text.isBlank()) {
      return 0;
    }
    return switch (normalization) {
      case TOKENS -> {
        Tokens tokens = Tokens.of(text);
        yield tokens.size() == 0 ? 0 : tokens.sequence();
      }
      case TEXT ->
          digest(
              Normalizer.normalize(text, Normalizer.Form.NFKC)
                  .toLowerCase(Locale.ROOT)
                  .strip()
                  .replaceAll("\\s+", " "));
      case NONE -> digest(text);
    };
  }

  private static long digest(String text) {
    byte[] hash = Sha256.start().digest(text.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong();
  }
}
