package org.blossomlm.data.generate;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;
import org.blossomlm.data.DataException;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.model.chat.Role;

/** Arguments with a range. */
final class Checked {
  private Checked() {}

  /**
   * A whole number of the range.
   *
   * @throws DataException naming the parameter, what was found and what is allowed
   */
  static int integer(Arguments arguments, String name, int least, int most) {
    long value = arguments.integer(name);
    if (value < least || value > most) {
      throw new DataException(
          "%s is %d: allowed are whole numbers from %d to %d".formatted(name, value, least, most));
    }
    return (int) value;
  }

  /**
   * A whole number above 0 that may be absent.
   *
   * @throws DataException naming the parameter, what was found and what is allowed
   */
  static OptionalLong optionalPositive(Arguments arguments, String name) {
    if (!arguments.has(name)) {
      return OptionalLong.empty();
    }
    long value = arguments.integer(name);
    if (value < 1) {
      throw new DataException("%s is %d: allowed are whole numbers from 1".formatted(name, value));
    }
    return OptionalLong.of(value);
  }

  /**
   * Roles of messages, at least one.
   *
   * @throws DataException naming the parameter, what was found and what is allowed
   */
  static Set<Role> roles(Arguments arguments, String name) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String text : arguments.texts(name)) {
      roles.add(
          Arrays.stream(Role.values())
              .filter(role -> role.wireName().equals(text))
              .findFirst()
              .orElseThrow(() ->
                  new DataException(
                      "%s has \"%s\": allowed are system, user, assistant and tool"
                          .formatted(name, text))));
    }
    if (roles.isEmpty()) {
      throw new DataException(
          name + " is empty: name one or more of system, user, assistant and tool");
    }
    return roles;
  }

  /** A number of the range. */
  static double number(Arguments arguments, String name, double least, double most) {
    double value = arguments.number(name);
    if (!(value >= least && value <= most)) {
      throw new DataException(
          "%s is %s: allowed are numbers from %s to %s".formatted(name, value, least, most));
    }
    return value;
  }
}
