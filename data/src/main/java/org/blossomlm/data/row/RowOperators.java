package org.blossomlm.data.row;

import java.util.List;
import org.blossomlm.data.operator.OperatorSpec;

/** The operators of this package. */
public final class RowOperators {
  private RowOperators() {}

  public static List<OperatorSpec> all() {
    return List.of(RowToChat.spec(), DialogueToChat.spec(), SystemPromptDrawer.spec());
  }
}
