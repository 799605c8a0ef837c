package org.blossomlm.model.chat;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.jinja.JinjaException;
import org.blossomlm.model.jinja.JinjaTemplate;
import org.blossomlm.model.text.MarkedText;

/**
 * A template in Jinja, with a second one for conversations with tools where the model has it.
 * Compiled when first used, so that a model whose template is damaged can still continue text.
 */
final class JinjaChatTemplate implements ChatTemplate {
  private final String origin;
  private final String source;
  private final Optional<String> toolSource;
  private final SpecialTokens tokens;
  private final Map<String, JinjaTemplate> compiled = new ConcurrentHashMap<>();

  JinjaChatTemplate(
      String origin, String source, Optional<String> toolSource, SpecialTokens tokens) {
    this.origin = origin;
    this.source = source;
    this.toolSource = toolSource;
    this.tokens = tokens;
  }

  private static JinjaTemplate compile(String origin, String source) {
    try {
      return JinjaTemplate.compile(source);
    } catch (JinjaException e) {
      throw new ModelException(
          "cannot use the chat template of "
              + origin
              + ": "
              + e.getMessage()
              + "; give another one with --template FILE",
          e);
    }
  }

  @Override
  public String origin() {
    return origin;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public MarkedText render(Request request) {
    String text = request.tools().isEmpty() ? source : toolSource.orElse(source);
    JinjaTemplate chosen = compiled.computeIfAbsent(text, t -> compile(origin, t));
    try {
      return chosen.render(TemplateContext.of(request, tokens), request.now());
    } catch (JinjaException e) {
      throw new ModelException(
          "the chat template of " + origin + " refuses this conversation: " + e.getMessage(), e);
    }
  }
}
