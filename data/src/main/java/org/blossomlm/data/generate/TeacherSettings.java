package org.blossomlm.data.generate;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;

/**
 * Whom an operator asks, and how.
 *
 * @param teacher its name in the recipe
 * @param parameters of the request, over the teacher's own
 * @param retries how often an answer that is not usable is asked for again
 */
record TeacherSettings(String teacher, Map<String, Object> parameters, int retries) {
  static final Parameter TEACHER =
      Parameter.required("teacher", Kind.TEACHER, "the teacher that is asked");
  static final Parameter PARAMETERS =
      Parameter.of(
          "parameters",
          Kind.MAP,
          Map.of(),
          "fields of the request such as temperature and max_tokens, over the teacher's own");
  static final Parameter RETRIES =
      Parameter.of(
          "retries",
          Kind.INTEGER,
          2L,
          "how often an answer that is not usable is asked for again, 0 or more");

  /** For operators that need what only a model of this machine tells. */
  static final Parameter LOCAL_TEACHER =
      Parameter.required(
          "teacher", Kind.LOCAL_TEACHER, "a teacher whose model is local:FILE, run by Blossom");

  /** The three parameters, for an operator with one teacher. */
  static final List<Parameter> ALL = List.of(TEACHER, PARAMETERS, RETRIES);

  static TeacherSettings of(Arguments arguments) {
    return new TeacherSettings(
        arguments.text("teacher"),
        arguments.map("parameters"),
        Checked.integer(arguments, "retries", 0, 100));
  }

  /** The teacher of {@code parameter}, or this one where it is not given. */
  TeacherSettings or(Arguments arguments, String parameter) {
    Optional<String> other = arguments.optionalText(parameter);
    // The parameters were meant for the first teacher's kind of answer, not for a judge's.
    return other.isEmpty()
        ? withoutParameters()
        : new TeacherSettings(other.get(), Map.of(), retries);
  }

  private TeacherSettings withoutParameters() {
    return new TeacherSettings(teacher, Map.of(), retries);
  }
}
