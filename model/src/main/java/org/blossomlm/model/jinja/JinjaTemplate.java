package org.blossomlm.model.jinja;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.blossomlm.model.text.MarkedText;

/**
 * A compiled template. Immutable and safe for use by many threads.
 *
 * <p>The language is that of Jinja2 3.1 with Python's semantics and printing, configured as Hugging
 * Face transformers configures it for chat templates: {@code trim_blocks}, {@code lstrip_blocks},
 * loop controls, {@code {% generation %}}, the immutable sandbox, no autoescaping, {@code tojson}
 * without HTML escapes, {@code raise_exception} and {@code strftime_now}. A template stands alone:
 * {@code include}, {@code import} and {@code extends} fail when they are reached.
 *
 * <p>Values are never parsed again, so braces in a message are just text. Characters of {@link
 * MarkedText} values keep their marks through all operations; where an operation mixes characters
 * beyond tracking, its result is data if any of its input was.
 */
public final class JinjaTemplate {
  private final Template template;
  private final JinjaLimits limits;

  private JinjaTemplate(Template template, JinjaLimits limits) {
    this.template = template;
    this.limits = limits;
  }

  /**
   * Parses {@code source} as transformers does: trim_blocks, lstrip_blocks, loop controls, {@code
   * {% generation %}}.
   *
   * @throws JinjaException with the line and what was expected
   */
  public static JinjaTemplate compile(String source) {
    return compile(source, JinjaLimits.DEFAULT);
  }

  /**
   * As {@link #compile(String)}, with limits that also hold for each rendering.
   *
   * @throws JinjaException with the line and what was expected
   */
  public static JinjaTemplate compile(String source, JinjaLimits limits) {
    return new JinjaTemplate(StatementParser.parse(source, limits), limits);
  }

  /**
   * Renders with {@code context}: strings, booleans, numbers, null, lists, maps with string keys,
   * {@code MarkedText} (text that keeps its marks) and {@code JinjaFunction}s. Plain strings are
   * trusted text. {@code strftime_now} tells the time of the call.
   *
   * @throws JinjaException where Jinja2 raises an exception, and where a limit is exceeded
   */
  public MarkedText render(Map<String, ?> context) {
    return render(context, LocalDateTime.now(ZoneId.systemDefault()));
  }

  /**
   * As {@link #render(Map)}.
   *
   * @param now what {@code strftime_now} formats
   */
  public MarkedText render(Map<String, ?> context, LocalDateTime now) {
    Budget budget = new Budget(limits);
    Map<String, Value> variables = new ContextValues(budget).variables(context);
    Runtime runtime = new Runtime(budget, variables, now);
    return new Interpreter(runtime).render(template).toMarkedText();
  }
}
