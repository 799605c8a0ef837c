package org.blossomlm.model.jinja;

/**
 * @param text of a name or operator; the decoded value of a string; the digits of a number; the
 *     characters of template data
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA("template data"),
    VARIABLE_BEGIN("begin of print statement"),
    VARIABLE_END("end of print statement"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    NAME("name"),
    STRING("string"),
    INTEGER("integer"),
    FLOAT("float"),
    OPERATOR("operator"),
    END("end of template");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    String description() {
      return description;
    }
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  /** For messages. */
  String describe() {
    return switch (kind) {
      case NAME, OPERATOR, INTEGER, FLOAT -> "'" + text + "'";
      case STRING -> "string " + PythonText.quote(text);
      default -> kind.description();
    };
  }
}
