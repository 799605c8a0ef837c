package org.blossomlm.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.blossomlm.engine.GenerationOptions.WhenFull;
import org.blossomlm.model.ModelException;
import org.blossomlm.model.gguf.GgufMetadata;
import org.blossomlm.model.gguf.GgufValue;
import org.blossomlm.model.tensor.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageModelTest {
  private static final long SEED = 3;

  @TempDir Path folder;

  private Path model(String family, TensorType type) {
    return TinyModel.write(folder.resolve(family + ".gguf"), family, type, SEED);
  }

  private static LoadOptions options(int context, int threads, int chunk, String kernels) {
    return LoadOptions.DEFAULT
        .withContextLength(context)
        .withThreads(threads)
        .withChunkSize(chunk)
        .withKernels(Optional.of(kernels));
  }

  private static String answer(LanguageModel model, String prompt, GenerationOptions options) {
    try (Session session = model.newSession()) {
      return session
          .generate(model.tokenizer().encode(prompt), options, GenerationListener.NONE)
          .text();
    }
  }

  private static GenerationOptions.Builder sampled(long seed) {
    return GenerationOptions.DEFAULT.toBuilder()
        .sampling(SamplingOptions.DEFAULT.toBuilder().seed(seed).build())
        .maxTokens(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "qwen3"})
  void the_same_seed_gives_the_same_text_with_any_threads_and_chunks(String family) {
    Path file = model(family, TensorType.Q4_0);
    for (String kernels : List.of("scalar", "vector")) {
      Set<String> answers = new HashSet<>();
      for (int threads : new int[] {1, 2, 4}) {
        for (int chunk : new int[] {1, 3, 64}) {
          try (LanguageModel model =
              LanguageModel.load(file, options(64, threads, chunk, kernels))) {
            assertThat(model.threads()).isEqualTo(threads);
            answers.add(answer(model, "中文 and a", sampled(42).build()));
          }
        }
      }
      assertThat(answers).as(kernels).hasSize(1);
    }
  }

  @Test
  void another_seed_gives_another_text() {
    try (LanguageModel model =
        LanguageModel.load(model("llama", TensorType.F32), options(64, 1, 0, "vector"))) {
      assertThat(answer(model, "and", sampled(1).build()))
          .isNotEqualTo(answer(model, "and", sampled(2).build()));
    }
  }

  @Test
  void a_prompt_that_goes_on_is_evaluated_from_where_it_differs() {
    try (LanguageModel model =
            LanguageModel.load(model("qwen2", TensorType.F16), options(64, 2, 8, "vector"));
        Session session = model.newSession();
        Session fresh = model.newSession()) {
      int[] prompt = model.tokenizer().encode("an and a 中文");
      GenerationOptions options = sampled(5).maxTokens(10).build();
      Generation first = session.generate(prompt, options, GenerationListener.NONE);
      assertThat(first.cachedTokens()).isZero();
      int[] longer = java.util.Arrays.copyOf(prompt, prompt.length + 2);
      longer[prompt.length] = longer[prompt.length + 1] = 7;
      Generation second = session.generate(longer, options, GenerationListener.NONE);
      assertThat(second.cachedTokens()).isGreaterThanOrEqualTo(prompt.length);
      assertThat(second.text())
          .isEqualTo(fresh.generate(longer, options, GenerationListener.NONE).text());
    }
  }

  @Test
  void a_full_context_stops_or_shifts_as_asked() {
    try (LanguageModel model =
            LanguageModel.load(model("llama", TensorType.F32), options(32, 1, 0, "vector"));
        Session session = model.newSession()) {
      int[] prompt = model.tokenizer().encode("and a");
      GenerationOptions.Builder options = sampled(8).maxTokens(100);
      Generation stopped = session.generate(prompt, options.build(), GenerationListener.NONE);
      assertThat(stopped.finishReason()).isIn(FinishReason.CONTEXT_FULL, FinishReason.STOP);

      AtomicInteger shifts = new AtomicInteger();
      Generation shifted =
          session.generate(
              prompt,
              options.whenFull(WhenFull.SHIFT).build(),
              new GenerationListener() {
                @Override
                public void onShift(int discarded) {
                  shifts.incrementAndGet();
                }
              });
      if (stopped.finishReason() == FinishReason.CONTEXT_FULL) {
        assertThat(shifts.get()).isPositive();
        assertThat(shifted.tokens().size()).isGreaterThan(stopped.tokens().size());
      }
    }
  }

  @Test
  void sessions_of_one_model_work_from_many_threads_and_do_not_disturb_each_other()
      throws InterruptedException {
    try (LanguageModel model =
        LanguageModel.load(model("qwen3", TensorType.F32), options(64, 2, 4, "vector"))) {
      String expected = answer(model, "a 中", sampled(9).build());
      List<String> answers = java.util.Collections.synchronizedList(new ArrayList<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofVirtual().start(() -> answers.add(answer(model, "a 中", sampled(9).build()))));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(answers).hasSize(4).containsOnly(expected);
    }
  }

  @Test
  void closing_releases_the_mapping_and_sessions_say_so() {
    LanguageModel model =
        LanguageModel.load(model("llama", TensorType.Q4_0), options(32, 2, 0, "vector"));
    MemorySegment weights =
        Objects.requireNonNull(model.file().tensors().get("output.weight")).data();
    Session session = model.newSession();
    model.close();
    model.close();
    int[] prompt = {5, 6};
    assertThatThrownBy(
            () -> session.generate(prompt, GenerationOptions.DEFAULT, GenerationListener.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model is closed");
    assertThatThrownBy(() -> weights.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    session.close();
  }

  @Test
  void a_context_that_does_not_fit_into_memory_is_refused_before_loading() {
    Path file = model("llama", TensorType.F32);
    assertThatThrownBy(() -> LanguageModel.load(file, options(1 << 30, 1, 0, "vector")))
        .isInstanceOf(OutOfMemoryException.class)
        .hasMessageContaining("--num-ctx");
  }

  @Test
  void a_missing_or_misshapen_tensor_is_named_with_the_file() {
    GgufMetadata wider =
        TinyModel.metadata("llama").put("llama.feed_forward_length", GgufValue.uint32(128)).build();
    Path file = TinyModel.write(folder.resolve("wider.gguf"), wider, "llama", TensorType.F32, SEED);
    assertThatThrownBy(() -> LanguageModel.load(file, LoadOptions.DEFAULT))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file
                + ": tensor blk.0.ffn_gate.weight has shape [64, 96]; the hyper-parameters ask for"
                + " [64, 128]");
    GgufMetadata deeper =
        TinyModel.metadata("llama").put("llama.block_count", GgufValue.uint32(3)).build();
    TinyModel.write(file, deeper, "llama", TensorType.F32, SEED);
    assertThatThrownBy(() -> LanguageModel.load(file, LoadOptions.DEFAULT))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("tensor blk.2.attn_norm.weight is missing");
    GgufMetadata shallower =
        TinyModel.metadata("llama").put("llama.block_count", GgufValue.uint32(1)).build();
    TinyModel.write(file, shallower, "llama", TensorType.F32, SEED);
    assertThatThrownBy(() -> LanguageModel.load(file, LoadOptions.DEFAULT))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has no place in a llama model of 1 layers");
  }

  @Test
  void kernels_that_do_not_exist_or_do_not_work_here_are_refused_with_the_reason() {
    Path file = model("llama", TensorType.F32);
    assertThatThrownBy(() -> LanguageModel.load(file, options(0, 0, 0, "cuda")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown kernels 'cuda'; known are native, vector, scalar");
  }

  @Test
  void logits_after_every_token_equal_those_of_one_long_chunk() {
    Path file = model("qwen2", TensorType.Q8_0);
    int[] tokens = {1, 260, 261, 270, 5, 6, 7, 264, 265};
    List<float[]> whole = logits(file, tokens, 64);
    List<float[]> pieces = logits(file, tokens, 2);
    assertThat(whole).hasSize(tokens.length);
    for (int i = 0; i < tokens.length; i++) {
      assertThat(pieces.get(i)).containsExactly(whole.get(i));
    }
  }

  private static List<float[]> logits(Path file, int[] tokens, int chunk) {
    List<float[]> rows = new ArrayList<>();
    try (LanguageModel model = LanguageModel.load(file, options(64, 2, chunk, "vector"));
        Session session = model.newSession()) {
      session.logits(tokens, (position, logits) -> rows.add(position, logits.clone()));
    }
    return rows;
  }

  @Test
  void a_file_that_is_shortened_while_it_is_open_ends_in_an_error_not_in_a_crash()
      throws IOException {
    Path file = model("llama", TensorType.F32);
    try (LanguageModel model = LanguageModel.load(file, options(32, 2, 0, "vector"));
        Session session = model.newSession()) {
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
      assertThatThrownBy(() ->
              session.generate(
                  new int[] {1, 5, 6}, GenerationOptions.DEFAULT, GenerationListener.NONE))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("shortened");
    }
  }

  @Test
  void a_chat_goes_from_the_files_template_to_an_answer_and_on_from_there() {
    GgufMetadata metadata =
        TinyModel.metadata("qwen2")
            .put(
                "tokenizer.chat_template",
                GgufValue.text(
                    "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "))
            .build();
    Path file = TinyModel.write(folder.resolve("chat"), metadata, "qwen2", TensorType.F32, SEED);
    try (LanguageModel model = LanguageModel.load(file, options(128, 2, 16, "vector"));
        Chat chat = Chat.open(model)) {
      GenerationOptions options = sampled(11).maxTokens(6).build();
      Generation first = chat.send("and </s> 中文", options, GenerationListener.NONE);
      assertThat(first.cachedTokens()).isZero();
      assertThat(chat.messages()).hasSize(2);
      assertThat(chat.messages().getLast().content()).isEqualTo(first.text());
      Generation second = chat.send("a", options, GenerationListener.NONE);
      assertThat(second.promptTokens()).isGreaterThan(first.promptTokens());
      assertThat(second.cachedTokens()).isGreaterThanOrEqualTo(first.promptTokens() - 1);
    }
  }

  @Test
  void a_model_without_a_template_says_how_to_go_on() {
    try (LanguageModel model =
        LanguageModel.load(model("llama", TensorType.F32), options(32, 1, 0, "vector"))) {
      assertThat(model.chatTemplate()).isEmpty();
      assertThatThrownBy(() -> Chat.open(model))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("--template FILE");
    }
  }
}
