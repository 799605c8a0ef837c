package org.blossomlm.model.chat;

import org.blossomlm.model.ModelException;
import org.blossomlm.model.text.MarkedText;

/**
 * The prompt format of Blossom v1 to v5:
 *
 * <pre>{@code
 * {system}
 * |Human|: {user}
 * |Bot|: {assistant}{eos}
 * |Human|: ...
 * }</pre>
 *
 * <p>BlossomLM's own programs tokenise what a turn asks (up to and including {@code |Bot|: }) and
 * what the model answers one by one, only the first with the tokenizer's special tokens, and append
 * EOS as an id. The {@linkplain MarkedText#pieces boundaries} of the rendered text and its trusted
 * EOS give the same ids: an answer in the history has the tokens that the model wrote.
 */
final class BlossomChatTemplate implements ChatTemplate {
  private static final String DEFAULT_SYSTEM =
      "A chat between a human and an artificial intelligence bot. The bot gives helpful, detailed,"
          + " and polite answers to the human's questions.";
  private static final String HUMAN = "\n|Human|: ";
  private static final String BOT = "\n|Bot|: ";

  /** The same text as Jinja, for what exports a model and for readers. */
  private static final String SOURCE =
      """
      {%- if not messages or messages[0].role != 'system' %}{{ "SYSTEM" }}{% endif %}
      {%- for message in messages %}
      {%- if message.role == 'system' and loop.first %}{{ message.content }}
      {%- elif message.role == 'user' %}{{ '\\n|Human|: ' + message.content }}
      {%- elif message.role == 'assistant' %}{{ '\\n|Bot|: ' + message.content + eos_token }}
      {%- else %}{{ raise_exception('the Blossom prompt format has no place for this message') }}
      {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '\\n|Bot|: ' }}{% endif %}\
      """
          .replace("SYSTEM", DEFAULT_SYSTEM);

  private final SpecialTokens tokens;

  BlossomChatTemplate(SpecialTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public String origin() {
    return ChatTemplates.BLOSSOM;
  }

  @Override
  public String source() {
    return SOURCE;
  }

  @Override
  public MarkedText render(Request request) {
    if (!request.tools().isEmpty()) {
      throw refused("tools");
    }
    if (tokens.eos().isEmpty()) {
      throw new ModelException(
          "the Blossom prompt format ends answers with the EOS token, but the model names none"
              + " (tokenizer.ggml.eos_token_id)");
    }
    MarkedText.Builder out = MarkedText.builder();
    boolean first = true;
    for (ChatMessage message : request.messages()) {
      if (first && message.role() != Role.SYSTEM) {
        out.trusted(DEFAULT_SYSTEM);
      }
      String text = text(message);
      switch (message.role()) {
        case SYSTEM -> {
          if (!first) {
            throw refused("a system message that is not the first");
          }
          out.data(text);
        }
        case USER -> out.trusted(HUMAN).data(text);
        case ASSISTANT -> out.trusted(BOT).boundary().data(text).trusted(tokens.eos()).boundary();
        case TOOL -> throw refused("tool messages");
      }
      first = false;
    }
    if (first) {
      out.trusted(DEFAULT_SYSTEM);
    }
    if (request.addGenerationPrompt()) {
      out.trusted(BOT);
    }
    return out.build();
  }

  private static String text(ChatMessage message) {
    if (!message.toolCalls().isEmpty()) {
      throw refused("tool calls");
    }
    if (message.body() instanceof Content.Parts parts
        && parts.parts().stream().anyMatch(ContentPart.Image.class::isInstance)) {
      throw refused("images");
    }
    return message.content();
  }

  private static ModelException refused(String what) {
    return new ModelException(
        "the Blossom prompt format has no place for " + what + "; use a model that supports them");
  }
}
