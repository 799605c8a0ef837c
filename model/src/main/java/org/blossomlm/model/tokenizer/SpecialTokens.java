package org.blossomlm.model.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The ids with a meaning of their own, and what goes around a prompt.
 *
 * @param prefix ids before a prompt, usually BOS alone or nothing
 * @param suffix ids after a prompt
 */
record SpecialTokens(
    OptionalInt bos,
    OptionalInt eos,
    OptionalInt unknown,
    OptionalInt padding,
    OptionalInt endOfTurn,
    Set<Integer> endOfGeneration,
    List<Integer> prefix,
    List<Integer> suffix) {

  /** Names under which chat models know the token that ends a turn or a message. */
  static final List<String> END_OF_TURN_NAMES =
      List.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<EOT>",
          "<\uFF5Cend\u2581of\u2581sentence\uFF5C>");

  private static final List<String> END_OF_MESSAGE_NAMES = List.of("<|eom_id|>");

  /** Tokens that fill-in-the-middle models write when they are done. */
  private static final List<String> END_OF_FILL_NAMES =
      List.of(
          "<|fim_pad|>",
          "<fim-pad>",
          "<PAD>",
          "<|fim_repo|>",
          "<|repo_name|>",
          "<fim-repo>",
          "<REPO>",
          "<|file_sep|>");

  /** Ends a turn only where it is a special token: as plain text it is HTML. */
  private static final String SENTENCEPIECE_EOS = "</s>";

  SpecialTokens {
    endOfGeneration = Set.copyOf(endOfGeneration);
    prefix = List.copyOf(prefix);
    suffix = List.copyOf(suffix);
  }

  /** Every name that ends a generation wherever it is in a vocabulary. */
  static List<String> endNames() {
    List<String> names = new ArrayList<>(END_OF_TURN_NAMES);
    names.addAll(END_OF_MESSAGE_NAMES);
    names.addAll(END_OF_FILL_NAMES);
    return names;
  }

  /** Every token of the vocabulary that ends a generation, and the given ones. */
  static Set<Integer> endOfGeneration(Vocabulary vocabulary, OptionalInt... given) {
    Set<Integer> ids = new LinkedHashSet<>();
    for (OptionalInt id : given) {
      id.ifPresent(ids::add);
    }
    for (String name : endNames()) {
      vocabulary.id(name).ifPresent(ids::add);
    }
    vocabulary.id(SENTENCEPIECE_EOS).stream()
        .filter(id -> vocabulary.kind(id).special())
        .forEach(ids::add);
    return ids;
  }

  /** The first end-of-turn name that the vocabulary has. */
  static OptionalInt endOfTurn(Vocabulary vocabulary) {
    return END_OF_TURN_NAMES.stream().mapToInt(vocabulary::find).filter(id -> id >= 0).findFirst();
  }
}
