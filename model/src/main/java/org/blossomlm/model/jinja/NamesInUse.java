package org.blossomlm.model.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What the parser must remember of the names in expressions. */
final class NamesInUse {
  private final Deque<SpecialNames> macros = new ArrayDeque<>();

  /**
   * Unknown filters and tests of the expression that is being parsed. They are errors at once,
   * except inside a conditional expression, where Jinja2 fails only when it reaches them.
   */
  private final List<JinjaException> unknown = new ArrayList<>();

  /** Which special names the body of a macro mentions. */
  static final class SpecialNames {
    private boolean caller;
    private boolean varargs;
    private boolean kwargs;

    boolean caller() {
      return caller;
    }

    boolean varargs() {
      return varargs;
    }

    boolean kwargs() {
      return kwargs;
    }

    private void mention(String name) {
      switch (name) {
        case "caller" -> caller = true;
        case "varargs" -> varargs = true;
        case "kwargs" -> kwargs = true;
        default -> {}
      }
    }
  }

  void beginMacro() {
    macros.push(new SpecialNames());
  }

  SpecialNames endMacro() {
    return macros.pop();
  }

  /** Notes that a variable is read. */
  void mention(String name) {
    macros.forEach(macro -> macro.mention(name));
  }

  void addUnknown(JinjaException error) {
    unknown.add(error);
  }

  int unknownCount() {
    return unknown.size();
  }

  void forgetUnknownFrom(int index) {
    unknown.subList(index, unknown.size()).clear();
  }

  /**
   * Forgets the unknown filters and tests found so far if {@code tolerated}; fails with the first
   * of them otherwise.
   */
  void settleUnknown(boolean tolerated) {
    if (!tolerated && !unknown.isEmpty()) {
      throw unknown.getFirst();
    }
    unknown.clear();
  }
}
