package org.blossomlm.engine.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the kernels, once per model. Each provider that cannot be used says why and what would
 * change that; {@code blossom doctor} prints it.
 *
 * @param kernels what was chosen
 * @param refusals why better providers were not
 */
public record KernelProvider(Kernels kernels, List<Refusal> refusals) {
  /** Names that {@link #choose} takes, best first. */
  public static final List<String> NAMES = List.of("native", "vector", "scalar");

  /** A provider that cannot be used here. */
  public record Refusal(String provider, String reason) {}

  public KernelProvider {
    refusals = List.copyOf(refusals);
  }

  /**
   * The best kernels of this machine, or exactly the ones asked for.
   *
   * @param name a provider; empty takes the best that works
   * @throws IllegalArgumentException if {@code name} is unknown or cannot be used here; the message
   *     says why
   */
  public static KernelProvider choose(Optional<String> name) {
    if (name.isPresent() && !NAMES.contains(name.get())) {
      throw new IllegalArgumentException(
          "unknown kernels '" + name.get() + "'; known are " + String.join(", ", NAMES));
    }
    List<Refusal> refusals = new ArrayList<>();
    for (String candidate : NAMES) {
      if (name.isPresent() && !name.get().equals(candidate)) {
        continue;
      }
      Optional<String> refusal = refusal(candidate);
      if (refusal.isEmpty()) {
        return new KernelProvider(create(candidate), refusals);
      }
      refusals.add(new Refusal(candidate, refusal.get()));
    }
    Refusal refusal = refusals.getFirst();
    throw new IllegalArgumentException(
        "the " + refusal.provider() + " kernels cannot be used: " + refusal.reason());
  }

  private static Kernels create(String name) {
    return switch (name) {
      case "native" -> new NativeKernels();
      case "vector" -> new VectorKernels();
      case "scalar" -> new ScalarKernels();
      default -> throw new IllegalStateException(name);
    };
  }

  /** Why a provider of {@link #NAMES} cannot be used here; empty if it can. */
  public static Optional<String> refusal(String name) {
    return switch (name) {
      case "native" -> NativeLibrary.refusal();
      case "vector" -> vectorRefusal();
      default -> Optional.empty();
    };
  }

  private static Optional<String> vectorRefusal() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the module jdk.incubator.vector is not loaded; start java with"
              + " --add-modules jdk.incubator.vector (./blossom does)");
    }
    return VectorProbe.refusal();
  }

  /** Touches the vector module, so it must not be linked before the module is known to be there. */
  private static final class VectorProbe {
    static Optional<String> refusal() {
      int bits = jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize();
      return bits >= 128
          ? Optional.empty()
          : Optional.of("this machine's vectors have " + bits + " bits; at least 128 are needed");
    }
  }
}
