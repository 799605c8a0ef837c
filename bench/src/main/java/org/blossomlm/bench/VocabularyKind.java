package org.blossomlm.bench;

import java.util.List;

/**
 * Vocabularies of published models: how large, and where the special tokens lie.
 *
 * <p>The chat templates are the shortest that use the special tokens as the models do.
 */
enum VocabularyKind {
  QWEN(
      "gpt2",
      "qwen2",
      151_643,
      151_387,
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
      "<|endoftext|>",
      "<|im_end|>",
      false,
      Templates.CHATML),
  LLAMA3(
      "gpt2",
      "llama-bpe",
      128_000,
      280_147,
      List.of(
          "<|begin_of_text|>",
          "<|end_of_text|>",
          "<|reserved_special_token_0|>",
          "<|reserved_special_token_1|>",
          "<|finetune_right_pad_id|>",
          "<|reserved_special_token_2|>",
          "<|start_header_id|>",
          "<|end_header_id|>",
          "<|eom_id|>",
          "<|eot_id|>"),
      "<|begin_of_text|>",
      "<|eot_id|>",
      true,
      Templates.LLAMA3),
  SMOLLM(
      "gpt2",
      "smollm",
      49_135,
      48_879,
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
      "<|im_start|>",
      "<|im_end|>",
      false,
      Templates.CHATML),
  LLAMA2("llama", "", 32_000, 0, List.of(), "<s>", "</s>", true, Templates.LLAMA2),
  YI("llama", "", 64_000, 0, List.of(), "<|startoftext|>", "<|endoftext|>", false, Templates.YI);

  private static final class Templates {
    static final String CHATML =
        "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content"
            + " + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}"
            + "{{ '<|im_start|>assistant\\n' }}{% endif %}";
    static final String LLAMA3 =
        "{{ '<|begin_of_text|>' }}{% for message in messages %}{{ '<|start_header_id|>'"
            + " + message.role + '<|end_header_id|>\\n\\n' + message.content + '<|eot_id|>' }}"
            + "{% endfor %}{% if add_generation_prompt %}"
            + "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}";
    static final String LLAMA2 =
        "{% for message in messages %}{% if message.role == 'assistant' %}"
            + "{{ ' ' + message.content + ' </s>' }}{% else %}"
            + "{{ '<s>[INST] ' + message.content + ' [/INST]' }}{% endif %}{% endfor %}";
    static final String YI =
        "{% for message in messages %}{{ message.role + ': ' + message.content + '\\n' }}"
            + "{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
  }

  private final String model;
  private final String preTokenizer;
  private final int plainTokens;
  private final int merges;
  private final List<String> specials;
  private final String bos;
  private final String eos;
  private final boolean addsBos;
  private final String template;

  VocabularyKind(
      String model,
      String preTokenizer,
      int plainTokens,
      int merges,
      List<String> specials,
      String bos,
      String eos,
      boolean addsBos,
      String template) {
    this.model = model;
    this.preTokenizer = preTokenizer;
    this.plainTokens = plainTokens;
    this.merges = merges;
    this.specials = specials;
    this.bos = bos;
    this.eos = eos;
    this.addsBos = addsBos;
    this.template = template;
  }

  /**
   * {@code tokenizer.ggml.model}: {@code gpt2} for byte-level BPE, {@code llama} for SentencePiece.
   */
  String model() {
    return model;
  }

  boolean isByteLevel() {
    return model.equals("gpt2");
  }

  /** {@code tokenizer.ggml.pre} of byte-level vocabularies. */
  String preTokenizer() {
    return preTokenizer;
  }

  /** Tokens that text is made of; of SentencePiece vocabularies all tokens. */
  int plainTokens() {
    return plainTokens;
  }

  /** Merges that the published file has. */
  int merges() {
    return merges;
  }

  /** Special tokens after the plain ones, in order. */
  List<String> specials() {
    return specials;
  }

  String bos() {
    return bos;
  }

  String eos() {
    return eos;
  }

  boolean addsBos() {
    return addsBos;
  }

  String template() {
    return template;
  }

  /** Tokens of the families whose embeddings have as many rows as there are tokens. */
  int tokens() {
    return switch (this) {
      case LLAMA3 -> 128_256;
      case SMOLLM -> 49_152;
      case QWEN, LLAMA2, YI -> plainTokens;
    };
  }
}
