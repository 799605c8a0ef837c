package org.blossomlm.train.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.blossomlm.model.files.AtomicFile;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.config.TrainConfig.FromScratch;
import tools.jackson.databind.json.JsonMapper;

/** The Hugging Face folder of a model that has no weights yet: configuration and tokenizer. */
final class NewModelFolder {
  private static final JsonMapper JSON = new JsonMapper();

  private NewModelFolder() {}

  static void write(FromScratch model, Tokenizer tokenizer, Path prompts, Path folder) {
    try {
      Files.createDirectories(folder);
      AtomicFile.write(
          folder.resolve("config.json"),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config(model, tokenizer)),
          TrainException::new);
    } catch (IOException e) {
      throw new TrainException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    PromptFiles.copy(prompts, folder);
  }

  private static Map<String, Object> config(FromScratch model, Tokenizer tokenizer) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(className(model.architecture())));
    config.put("model_type", model.architecture());
    config.put("vocab_size", tokenizer.vocabularySize());
    config.put("hidden_size", model.hiddenSize());
    config.put("intermediate_size", model.intermediateSize());
    config.put("num_hidden_layers", model.layers());
    config.put("num_attention_heads", model.heads());
    config.put("num_key_value_heads", model.kvHeads());
    config.put("head_dim", model.headSize());
    config.put("max_position_embeddings", model.contextLength());
    config.put("rms_norm_eps", model.normEpsilon());
    config.put("rope_theta", model.ropeTheta());
    config.put("tie_word_embeddings", model.tieEmbeddings());
    config.put("initializer_range", model.initialRange());
    config.put("hidden_act", "silu");
    config.put("torch_dtype", "float32");
    tokenizer.bos().ifPresent(id -> config.put("bos_token_id", id));
    tokenizer.eos().ifPresent(id -> config.put("eos_token_id", id));
    return config;
  }

  private static String className(String architecture) {
    return switch (architecture) {
      case "llama" -> "LlamaForCausalLM";
      case "qwen2" -> "Qwen2ForCausalLM";
      case "qwen3" -> "Qwen3ForCausalLM";
      default -> throw new IllegalArgumentException(architecture);
    };
  }
}
