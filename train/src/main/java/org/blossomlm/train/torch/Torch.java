package org.blossomlm.train.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.blossomlm.train.TrainException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Start of libtorch. Everything else in this module may assume that it succeeded. */
public final class Torch {
  private static final Path MAPPED_FILES = Path.of("/proc/self/maps");

  private Torch() {}

  /**
   * What was started.
   *
   * @param blas the library that multiplies matrices, with its threads
   */
  public record Started(Blas blas, int threads) {}

  /** Which library multiplies, by what is loaded. */
  public enum Blas {
    MKL_GNU("MKL with GNU's OpenMP"),
    MKL_OTHER("MKL with threads of its own"),
    OPENBLAS("OpenBLAS"),
    UNKNOWN("unknown");

    private final String title;

    Blas(String title) {
      this.title = title;
    }

    @Override
    public String toString() {
      return title;
    }
  }

  /**
   * Loads the libraries (a second, the first time five) and sets the number of threads.
   *
   * @param threads 0 for as many as there are cores
   * @throws TrainException if the libraries are not on the class path, or not for this machine
   */
  public static Started start(int threads) {
    try {
      Loader.load(torch.class);
      if (threads > 0) {
        torch.set_num_threads(threads);
      }
      // The first product loads what the BLAS library loads late: its threads.
      try (var _ = new Scope()) {
        torch.matmul(torch.ones(64, 64), torch.ones(64, 64));
      }
      return new Started(blas(), torch.get_num_threads());
    } catch (LinkageError e) {
      throw new TrainException(
          "libtorch cannot be loaded: %s; there are libraries for Linux and Windows on x86-64 and"
                  .formatted(e.getMessage())
              + " macOS on arm64, which `blossom train` fetches",
          e);
    }
  }

  private static Blas blas() {
    if (!Files.isReadable(MAPPED_FILES)) {
      return Blas.UNKNOWN;
    }
    try (Stream<String> lines = Files.lines(MAPPED_FILES)) {
      return blas(lines);
    } catch (IOException e) {
      System.getLogger(Torch.class.getName()).log(System.Logger.Level.DEBUG, "", e);
      return Blas.UNKNOWN;
    }
  }

  /** By the names of mapped files. */
  static Blas blas(Stream<String> mapped) {
    Blas found = Blas.UNKNOWN;
    for (String line : (Iterable<String>) mapped::iterator) {
      if (line.contains("libmkl_gnu_thread")) {
        return Blas.MKL_GNU;
      } else if (line.contains("libmkl_intel_thread") || line.contains("libmkl_sequential")) {
        found = Blas.MKL_OTHER;
      } else if (line.contains("libopenblas") && found == Blas.UNKNOWN) {
        found = Blas.OPENBLAS;
      }
    }
    return found;
  }
}
