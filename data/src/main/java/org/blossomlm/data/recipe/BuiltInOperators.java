package org.blossomlm.data.recipe;

import java.util.List;
import org.blossomlm.data.operator.OperatorCatalog;

/** The operators that Blossom brings. Each group is a package; a new one is added here. */
public final class BuiltInOperators {
  private static final OperatorCatalog CATALOG = OperatorCatalog.of(List.of());

  private BuiltInOperators() {}

  public static OperatorCatalog catalog() {
    return CATALOG;
  }
}
