package org.blossomlm.model.convert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNameTest {
  @ParameterizedTest
  @CsvSource({
    "Qwen/Qwen2.5-0.5B-Instruct, 494000000, Qwen2.5-0.5B-Instruct-F16.gguf",
    "mistralai/Mistral-7B-Instruct-v0.2, 7241000000, Mistral-7B-Instruct-v0.2-F16.gguf",
    "meta-llama/Llama-2-7b-chat-hf, 6738000000, Llama-2-7B-chat-hf-F16.gguf",
    "01-ai/Yi-34B-Chat, 34400000000, Yi-34B-Chat-F16.gguf",
    "HuggingFaceTB/SmolLM-135M, 135000000, SmolLM-135M-F16.gguf",
    "Azure99/blossom-v5-14b, 14170000000, blossom-v5-14B-F16.gguf",
    "bigscience/bloom-7b1, 7069000000, bloom-7.1B-F16.gguf",
    // 200K is far from the number of parameters: a context length.
    "01-ai/Yi-9B-200K, 8830000000, Yi-9B-200k-F16.gguf",
    "plain, 1000, plain-F16.gguf",
    // Names of the specification.
    "mistralai/Mixtral-8x7B-v0.1, 46700000000, Mixtral-8x7B-v0.1-F16.gguf",
    "xai/Grok-100B-v1.0, 100000000000, Grok-100B-v1.0-F16.gguf",
    "NousResearch/Hermes-2-Pro-Llama-3-8B, 8030000000, Hermes-2-Pro-Llama-3-8B-F16.gguf",
  })
  void files_are_named_by_the_convention(String id, long parameters, String file) {
    ModelName name = ModelName.of(id, parameters);
    assertThat(name.fileName("F16")).isEqualTo(file);
  }

  @ParameterizedTest
  @CsvSource({
    "494032768, 494M",
    "1543714304, 1.5B",
    "7241732096, 7.2B",
    "34388917248, 34B",
    "260032, 260K",
    "1443072, 1.4M",
    "671026419200, 671B",
  })
  void sizes_have_two_significant_digits(long parameters, String label) {
    assertThat(ModelName.sizeLabel(parameters)).isEqualTo(label);
  }

  @ParameterizedTest
  @CsvSource({
    "qwen-chat, Qwen Chat",
    "Llama-2-7b-hf, Llama 2 7b Hf",
    "blossom-v5-14b, Blossom v5 14b",
    "SmolLM, SmolLM",
  })
  void titles_begin_with_capitals(String id, String title) {
    assertThat(ModelName.title(id)).isEqualTo(title);
  }
}
