package org.blossomlm.data.run;

import java.util.List;
import java.util.Optional;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.Provenance;

/**
 * Gives every record of a run an id of its own. The first place that has an id keeps it; a record
 * with the same id from another place gets {@code ID-2}, {@code ID-3}, and a step of provenance
 * that says so. The same place, read again by another source or stage, has the same id. What comes
 * first follows from the order of the recipe and its files alone.
 *
 * <p>Memory: 16 to 32 bytes for each record. Ids are compared by 64 bits and places by 32: that two
 * ids share their hash, which one in four thousand runs over a hundred million records may see,
 * only changes an id without need.
 */
final class SourceIds {
  private static final int PARTS = 256;
  private static final int FIRST_PLACES = 16;

  /** In parts, so that growing copies little at a time. */
  private final Part[] parts = new Part[PARTS];

  SourceIds() {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Part();
    }
  }

  /**
   * @param source as the recipe calls it
   * @param place where the record stood
   */
  DataRecord unique(DataRecord record, String source, Provenance.Origin place) {
    int owner = (int) Seeds.hash(place.row(), place.file());
    String id = record.id();
    if (take(id, owner)) {
      return record;
    }
    int number = 2;
    while (!take(id + "-" + number, owner)) {
      number++;
    }
    String own = id + "-" + number;
    var step =
        new Provenance.Step(
            "source " + source,
            List.of(),
            Optional.of("called %s, as a record before it is".formatted(id)));
    return record.mapHead(head -> head.withId(own).withProvenance(head.provenance().and(step)));
  }

  /** Whether the id was free, or belongs to this place already. */
  private boolean take(String id, int owner) {
    long hash = Seeds.hash(0, id);
    return parts[(int) (hash >>> 56)].take(hash == 0 ? 1 : hash, owner);
  }

  /** A hash table with open addressing; 0 is an empty place. */
  private static final class Part {
    private long[] hashes = new long[FIRST_PLACES];
    private int[] owners = new int[FIRST_PLACES];
    private int size;

    boolean take(long hash, int owner) {
      int place = place(hash);
      if (hashes[place] == hash) {
        return owners[place] == owner;
      }
      hashes[place] = hash;
      owners[place] = owner;
      size++;
      if (4L * size > 3L * hashes.length) {
        grow();
      }
      return true;
    }

    private int place(long hash) {
      int mask = hashes.length - 1;
      int place = (int) hash & mask;
      while (hashes[place] != 0 && hashes[place] != hash) {
        place = place + 1 & mask;
      }
      return place;
    }

    private void grow() {
      long[] oldHashes = hashes;
      int[] oldOwners = owners;
      hashes = new long[2 * oldHashes.length];
      owners = new int[hashes.length];
      for (int i = 0; i < oldHashes.length; i++) {
        if (oldHashes[i] != 0) {
          int place = place(oldHashes[i]);
          hashes[place] = oldHashes[i];
          owners[place] = oldOwners[i];
        }
      }
    }
  }
}
