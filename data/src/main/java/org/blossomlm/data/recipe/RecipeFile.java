package org.blossomlm.data.recipe;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.blossomlm.data.operator.OperatorCatalog;

/** Recipes in YAML. */
public final class RecipeFile {
  private static final long MAX_BYTES = 1 << 20;

  private RecipeFile() {}

  /**
   * Reads and checks a recipe.
   *
   * @param parameters from the command line, by name
   * @throws RecipeException with file, line, column, key, what was found and what is allowed
   */
  public static Recipe read(Path file, Map<String, String> parameters, OperatorCatalog catalog) {
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new RecipeException(
            "%s: not a recipe: %d bytes, at most %d are read"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new RecipeException(file + ": no such recipe", e);
    } catch (CharacterCodingException e) {
      throw new RecipeException(file + ": not a recipe: not UTF-8 text", e);
    } catch (IOException e) {
      throw new RecipeException(file + ": cannot be read: " + e.getMessage(), e);
    }
    Path parent = file.toAbsolutePath().getParent();
    return parse(text, file.toString(), parent == null ? Path.of("") : parent, parameters, catalog);
  }

  /**
   * Checks the text of a recipe.
   *
   * @param file as messages name it
   * @param folder against which the recipe's files are resolved
   */
  public static Recipe parse(
      String text,
      String file,
      Path folder,
      Map<String, String> parameters,
      OperatorCatalog catalog) {
    return new RecipeChecker(catalog, folder)
        .check(
            YamlTree.read(text.startsWith("\uFEFF") ? text.substring(1) : text, file), parameters);
  }
}
