package org.blossomlm.model.quantize;

/** The values that a weight divided by its scale can become, and how a search goes about them. */
sealed interface Grid {
  float low();

  float high();

  /** Between the values near the ends that a search lets the largest weight become. */
  float step();

  /** How many of these steps on either side of an end. */
  int steps();

  /** Whether the search tries both ends, and not only that with the larger magnitude. */
  boolean bothEnds();

  /** Rounds {@code x * inverse} to values of this grid in every lane, and sums them. */
  void accumulate(Lanes lanes, float[] inverse);

  /** What stands in the file for the nearest value: the integer, or the index of the level. */
  int code(float scaled);

  /** All integers from {@code low} to {@code high}. */
  record Integers(float low, float high, boolean bothEnds) implements Grid {
    private static final float[] ZERO = new float[Lanes.CAPACITY];

    /** From {@code -levels} to {@code levels - 1}. */
    static Integers around(int levels) {
      return new Integers(-levels, levels - 1, levels <= 8);
    }

    @Override
    public float step() {
      return 0.1f;
    }

    @Override
    public int steps() {
      return 9;
    }

    @Override
    public void accumulate(Lanes lanes, float[] inverse) {
      lanes.accumulate(inverse, ZERO, low, high);
    }

    @Override
    public int code(float scaled) {
      return (int) Lanes.round(Math.max(low, Math.min(high, scaled)));
    }
  }

  /** The 16 uneven levels of IQ4_NL and IQ4_XS. */
  record Iq4() implements Grid {
    private static final byte[] LEVELS = {
      -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
    };

    /**
     * The index of the level nearest to v, at {@code 2 v + 256} rounded down: the borders between
     * levels lie on halves, so that this is exact.
     */
    private static final byte[] NEAREST = new byte[512];

    private static final float[] NEAREST_LEVEL = new float[512];

    static {
      int index = 0;
      for (int i = 0; i < NEAREST.length; i++) {
        while (index < 15 && i - 256 >= LEVELS[index] + LEVELS[index + 1]) {
          index++;
        }
        NEAREST[i] = (byte) index;
        NEAREST_LEVEL[i] = LEVELS[index];
      }
    }

    @Override
    public float low() {
      return LEVELS[0];
    }

    @Override
    public float high() {
      return LEVELS[15];
    }

    @Override
    public float step() {
      return 2;
    }

    @Override
    public int steps() {
      return 4;
    }

    @Override
    public boolean bothEnds() {
      return true;
    }

    @Override
    public void accumulate(Lanes lanes, float[] inverse) {
      lanes.accumulate(inverse, NEAREST_LEVEL);
    }

    @Override
    public int code(float scaled) {
      return NEAREST[place(scaled)];
    }

    /** Where the tables answer for {@code scaled}. */
    static int place(float scaled) {
      return Math.max(0, Math.min(511, (int) (2 * scaled + 256)));
    }
  }
}
