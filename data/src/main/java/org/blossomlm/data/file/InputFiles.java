package org.blossomlm.data.file;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.blossomlm.data.DataException;

/**
 * Finds the files that a path, a folder, a glob or {@code archive.zip!member} stands for, in an
 * order that depends on their names alone.
 */
final class InputFiles {
  private static final String GLOB_CHARACTERS = "*?[{";
  private static final int MAX_DEPTH = 64;

  /** Descriptions of data sets are not data. */
  private static final Set<String> NO_DATA = Set.of("dataset_info.json", "dataset_infos.json");

  private InputFiles() {}

  /**
   * @throws DataException if there is none
   */
  static List<InputFile> find(String pathOrGlob) {
    int member = pathOrGlob.toLowerCase(java.util.Locale.ROOT).indexOf(".zip!");
    if (member >= 0) {
      String archive = pathOrGlob.substring(0, member + 4);
      return members(existing(archive), archive, pathOrGlob.substring(member + 5));
    }
    if (Files.isRegularFile(existingOrGlob(pathOrGlob))) {
      return expand(existing(pathOrGlob), pathOrGlob);
    }
    if (Files.isDirectory(existingOrGlob(pathOrGlob))) {
      Path folder = existing(pathOrGlob);
      return all(
          pathOrGlob,
          folder,
          path -> isData(fileName(path)),
          "holds no file whose name ends in .jsonl, .json, .parquet, .csv, .tsv or .zip");
    }
    if (pathOrGlob.chars().anyMatch(c -> GLOB_CHARACTERS.indexOf(c) >= 0)) {
      PathMatcher matcher =
          FileSystems.getDefault().getPathMatcher("glob:" + pathOrGlob.replaceFirst("^\\./", ""));
      return all(pathOrGlob, globRoot(pathOrGlob), matcher::matches, "matches no file");
    }
    return expand(existing(pathOrGlob), pathOrGlob);
  }

  private static Path existingOrGlob(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new DataException(name + ": no file can have this name: " + e.getReason(), e);
    }
  }

  private static Path existing(String name) {
    Path path = existingOrGlob(name);
    if (!Files.exists(path)) {
      throw new DataException(name + ": there is no such file or folder");
    }
    return path;
  }

  /** The folders before the first one with a special character. */
  private static Path globRoot(String glob) {
    int special = 0;
    while (GLOB_CHARACTERS.indexOf(glob.charAt(special)) < 0) {
      special++;
    }
    int slash = glob.lastIndexOf('/', special);
    return slash < 0 ? Path.of("") : Path.of(slash == 0 ? "/" : glob.substring(0, slash));
  }

  private static List<InputFile> all(
      String given, Path root, Predicate<Path> wanted, String otherwise) {
    List<InputFile> files = new ArrayList<>();
    if (Files.isDirectory(root.toAbsolutePath())) {
      try (Stream<Path> walk = Files.walk(root, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
        walk.filter(path -> visible(root, path) && Files.isRegularFile(path))
            .filter(path -> wanted.test(path.normalize()))
            .sorted(Comparator.comparing(InputFiles::name))
            .forEach(path -> files.addAll(expand(path, name(path))));
      } catch (IOException | UncheckedIOException e) {
        throw new DataException(given + ": cannot be read: " + e.getMessage(), e);
      }
    }
    if (files.isEmpty()) {
      throw new DataException(given + ": " + otherwise);
    }
    return files;
  }

  /** Neither hidden nor, as Spark's {@code _temporary}, unfinished. */
  private static boolean visible(Path root, Path path) {
    for (Path part : root.relativize(path)) {
      String name = part.toString();
      if (name.length() > 1
          && (name.startsWith(".") && !name.equals("..") || name.startsWith("_"))) {
        return false;
      }
    }
    return true;
  }

  private static String name(Path path) {
    return path.normalize().toString().replace('\\', '/');
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static List<InputFile> expand(Path path, String given) {
    String name = name(Path.of(given));
    return FileType.of(name).filter(type -> type == FileType.ZIP).isPresent()
        ? members(path, name, "")
        : List.of(new InputFile(name, Optional.of(path), () -> Files.newInputStream(path)));
  }

  /** The members that {@code wanted}, a name or glob, stands for; all data files if it is empty. */
  private static List<InputFile> members(Path archive, String archiveName, String wanted) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + wanted);
    List<InputFile> files = new ArrayList<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      zip.stream()
          .filter(entry -> !entry.isDirectory())
          .map(ZipEntry::getName)
          .filter(name ->
              wanted.isEmpty()
                  ? isDataMember(name)
                  : name.equals(wanted) || matcher.matches(Path.of(name)))
          .sorted()
          .forEach(name ->
              files.add(
                  new InputFile(
                      archiveName + "!" + name, Optional.empty(), () -> open(archive, name))));
    } catch (IOException e) {
      throw new DataException(archiveName + ": not a zip archive: " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new DataException(
          wanted.isEmpty()
              ? archiveName + ": holds no data file"
              : archiveName + ": has no member " + wanted);
    }
    return files;
  }

  /** Texts lie beside data more often than they are data; they are read where they are named. */
  private static boolean isData(String name) {
    return !NO_DATA.contains(name)
        && FileType.of(name).filter(type -> type != FileType.TEXT_LINES).isPresent();
  }

  private static boolean isDataMember(String member) {
    String name = member.substring(member.lastIndexOf('/') + 1);
    return !name.startsWith(".")
        && !member.startsWith("__MACOSX/")
        && isData(name)
        && FileType.of(name).filter(type -> type == FileType.ZIP).isEmpty();
  }

  private static InputStream open(Path archive, String member) throws IOException {
    ZipFile zip = new ZipFile(archive.toFile());
    try {
      return new FilterInputStream(zip.getInputStream(zip.getEntry(member))) {
        @Override
        public void close() throws IOException {
          zip.close();
        }
      };
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }
}
