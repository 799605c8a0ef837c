package org.blossomlm.data.run;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Random numbers that depend on names and not on the order of the work: a 64-bit FNV-1a hash of all
 * parts, spread by the finaliser of MurmurHash3.
 */
final class Seeds {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Seeds() {}

  static RandomGenerator random(long seed, String... names) {
    return new SplittableRandom(hash(seed, names));
  }

  /** Whether a record is in a sample that holds {@code share} of all. */
  static boolean sampled(double share, long seed, String... names) {
    return share >= 1 || (hash(seed, names) >>> 11) * 0x1.0p-53 < share;
  }

  static long hash(long seed, String... names) {
    long hash = OFFSET;
    for (int shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ (seed >>> shift & 0xff)) * PRIME;
    }
    for (String name : names) {
      for (int i = 0; i < name.length(); i++) {
        char unit = name.charAt(i);
        hash = (hash ^ (unit & 0xff)) * PRIME;
        hash = (hash ^ (unit >>> 8)) * PRIME;
      }
      hash = (hash ^ 0xffff) * PRIME; // "a","bc" is not "ab","c"; no character is U+FFFF.
      hash *= PRIME;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return hash ^ hash >>> 33;
  }
}
