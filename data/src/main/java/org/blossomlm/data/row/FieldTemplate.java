package org.blossomlm.data.row;

import java.time.LocalDateTime;
import java.util.Map;
import org.blossomlm.data.DataException;
import org.blossomlm.model.jinja.JinjaException;
import org.blossomlm.model.jinja.JinjaTemplate;
import org.jspecify.annotations.Nullable;

/**
 * A text with fields of a row in it, in the language of chat templates (Jinja): {@code {{ question
 * }}}, {@code {% for option in options %}}. What a field holds is never read as a template itself.
 */
final class FieldTemplate {
  /** The result must not depend on when it is made. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1970, 1, 1, 0, 0);

  private final String parameter;
  private final JinjaTemplate template;

  private FieldTemplate(String parameter, JinjaTemplate template) {
    this.parameter = parameter;
    this.template = template;
  }

  /**
   * @param parameter as messages name it
   * @throws DataException if it is no template
   */
  static FieldTemplate compile(String parameter, String source) {
    try {
      return new FieldTemplate(parameter, JinjaTemplate.compile(source));
    } catch (JinjaException e) {
      throw new DataException(parameter + ": not a template: " + e.getMessage(), e);
    }
  }

  /**
   * The text without white space around it; empty where it is made of fields that are not there.
   *
   * @throws DataException if the template asks for what these fields cannot do
   */
  String render(Map<String, @Nullable Object> fields) {
    try {
      return template.render(fields, NO_TIME).text().strip();
    } catch (JinjaException e) {
      throw new DataException(
          "%s: %s; the fields are %s".formatted(parameter, e.getMessage(), fields.keySet()), e);
    }
  }
}
