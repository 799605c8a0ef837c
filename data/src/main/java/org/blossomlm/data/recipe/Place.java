package org.blossomlm.data.recipe;

/**
 * Where something is written.
 *
 * @param line from 1; 0 for a recipe made in code
 * @param column from 1; 0 for a recipe made in code
 */
public record Place(String file, int line, int column) {
  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }
}
