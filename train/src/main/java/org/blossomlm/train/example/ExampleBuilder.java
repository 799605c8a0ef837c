package org.blossomlm.train.example;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.ChatTemplate;
import org.blossomlm.model.chat.ChatTemplates;
import org.blossomlm.model.chat.Role;
import org.blossomlm.model.files.Sha256;
import org.blossomlm.model.text.MarkedText;
import org.blossomlm.model.tokenizer.KnownPreTokenizer;
import org.blossomlm.model.tokenizer.Tokenizer;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.example.ExamplePolicy.Problems;
import org.blossomlm.train.example.ExamplePolicy.Reasoning;
import org.blossomlm.train.example.ExamplePolicy.TooLong;
import org.blossomlm.train.example.ExamplePolicy.ToolCalls;
import org.blossomlm.train.example.ExamplePolicy.Turns;

/**
 * Makes samples of records: conversations as the model's own template writes them, of which the
 * assistant's answers are learnt, end tokens included; texts, of which everything is. Immutable and
 * safe for use by many threads.
 */
public final class ExampleBuilder {
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final ExamplePolicy policy;
  private final LocalDateTime now;
  private final AnswerFinder answers;
  private final PromptTokens prompts;
  private final Set<Integer> endIds = new LinkedHashSet<>();

  /**
   * @param now for templates that write the date; the same in every part of a run
   * @throws TrainException if a token that the policy names is not in the vocabulary
   */
  public ExampleBuilder(
      Tokenizer tokenizer, ChatTemplate template, ExamplePolicy policy, LocalDateTime now) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.policy = policy;
    this.now = now;
    tokenizer.endOfGeneration().stream().sorted().forEach(endIds::add);
    policy.endTokens().forEach(token -> endIds.add(special(token, "end_tokens")));
    policy.appendEnd().ifPresent(token -> endIds.add(special(token, "append_end")));
    Set<String> endTexts = new LinkedHashSet<>();
    endIds.forEach(id -> endTexts.add(tokenizer.token(id)));
    this.answers = new AnswerFinder(template, policy, endTexts, now);
    this.prompts = new PromptTokens(tokenizer);
  }

  private int special(String token, String key) {
    int id =
        tokenizer
            .id(token)
            .orElseThrow(() ->
                new TrainException("%s: the vocabulary has no token \"%s\"".formatted(key, token)));
    int[] encoded = tokenizer.encode(MarkedText.trusted(token), false);
    if (encoded.length != 1 || encoded[0] != id || !tokenizer.isSpecial(id)) {
      throw new TrainException(
          "%s: \"%s\" is a plain piece of text to the tokenizer, not a special token"
              .formatted(key, token));
    }
    return id;
  }

  boolean failsOnProblems() {
    return policy.problems() == Problems.FAIL;
  }

  /** Everything that decides what a record becomes. */
  String fingerprint() {
    MessageDigest digest = Sha256.start();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      String token = (tokenizer.isSpecial(id) ? "S" : "T") + tokenizer.token(id) + "\0";
      digest.update(token.getBytes(StandardCharsets.UTF_8));
    }
    boolean dated = template.source().contains("strftime_now");
    return String.join(
        "\n",
        HexFormat.of().formatHex(digest.digest()),
        KnownPreTokenizer.fingerprint(tokenizer),
        tokenizer.description(),
        tokenizer.addBos() + " " + tokenizer.bos() + " " + tokenizer.eos() + " " + endIds,
        template.origin().equals(ChatTemplates.BLOSSOM) + "",
        template.source(),
        policy.toString(),
        dated ? now.toString() : "");
  }

  /** The samples of a record. */
  public BuiltExamples build(DataRecord record) {
    if (record.failure().isPresent()) {
      return BuiltExamples.none(ExampleNote.FAILED);
    }
    try {
      return switch (record) {
        case ChatRecord chat -> chat(chat.id(), chat.messages(), chat.tools(), 0);
        case TextRecord text -> text(text);
        case PreferenceRecord pair ->
            chat(pair.id(), joined(pair.prompt(), pair.chosen()), List.of(), pair.prompt().size());
        case RowRecord row ->
            throw new ExampleException(
                ExampleNote.NOT_A_SAMPLE,
                row.id()
                    + ": a row of a table is no conversation; a data recipe with row_to_chat makes"
                    + " one of it (blossom data run)");
      };
    } catch (ExampleException e) {
      if (policy.problems() == Problems.FAIL) {
        throw e;
      }
      return BuiltExamples.none(e.problem());
    }
  }

  /**
   * The two samples of a preference pair.
   *
   * @return empty if one of them is too long, or no sample can be made of it and the policy skips
   *     such
   */
  public Optional<PreferencePair> pair(PreferenceRecord record) {
    if (record.failure().isPresent()) {
      return Optional.empty();
    }
    Optional<Example> chosen = side(record, record.chosen(), "chosen");
    Optional<Example> rejected = side(record, record.rejected(), "rejected");
    return chosen.isPresent() && rejected.isPresent()
        ? Optional.of(new PreferencePair(chosen.get(), rejected.get()))
        : Optional.empty();
  }

  /** The two samples of a pair, chosen first, or why there are none. */
  public BuiltExamples builtPair(PreferenceRecord record) {
    return pair(record)
        .map(pair -> new BuiltExamples(List.of(pair.chosen(), pair.rejected()), Set.of()))
        .orElseGet(() ->
            BuiltExamples.none(
                record.failure().isPresent() ? ExampleNote.FAILED : ExampleNote.TOO_LONG));
  }

  /** Both sides must be whole: one that lacks its end would lose by that. */
  private Optional<Example> side(PreferenceRecord record, List<ChatMessage> side, String name) {
    String id = record.id() + " (" + name + ")";
    try {
      BuiltExamples built =
          chat(id, joined(record.prompt(), side), List.of(), record.prompt().size());
      boolean whole = built.examples().size() == 1 && !built.notes().contains(ExampleNote.CUT);
      return whole ? Optional.of(built.examples().getFirst()) : Optional.empty();
    } catch (ExampleException e) {
      if (policy.problems() == Problems.FAIL) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static List<ChatMessage> joined(List<ChatMessage> first, List<ChatMessage> second) {
    List<ChatMessage> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  private BuiltExamples chat(
      String id, List<ChatMessage> given, List<Map<String, Object>> tools, int from) {
    List<ChatMessage> messages =
        policy.reasoning() == Reasoning.DROP
            ? given.stream()
                .map(each -> each.role() == Role.ASSISTANT ? ReasoningText.without(each) : each)
                .toList()
            : given;
    List<Integer> learnt =
        IntStream.range(from, messages.size())
            .filter(i -> learns(messages.get(i)))
            .boxed()
            .toList();
    if (policy.turns() == Turns.LAST && learnt.size() > 1) {
      learnt = List.of(learnt.getLast());
    }
    if (learnt.isEmpty()) {
      throw new ExampleException(
          ExampleNote.NOTHING_TO_LEARN,
          id
              + ": nothing to learn: no message of the assistant has a text or a tool call that is"
              + " learnt; leave such records out with problems: skip, or with a data recipe");
    }
    List<RenderedSample> samples = answers.find(id, messages, tools, learnt);
    Set<ExampleNote> notes = EnumSet.noneOf(ExampleNote.class);
    if (samples.size() > 1) {
      notes.add(ExampleNote.SPLIT);
    }
    long thoughts =
        learnt.stream().filter(i -> !ReasoningText.of(messages.get(i)).isBlank()).count();
    long written =
        samples.stream()
            .flatMap(sample -> sample.answers().stream())
            .filter(span -> span.reasoningEnd() > span.start())
            .count();
    if (written < thoughts) {
      notes.add(ExampleNote.REASONING_LEFT_OUT);
    }
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String source = samples.size() == 1 ? id : id + "#" + (i + 1);
      sample(source, samples.get(i), notes).ifPresent(examples::add);
    }
    return new BuiltExamples(examples, notes);
  }

  private boolean learns(ChatMessage message) {
    boolean weightless =
        message.extra().get("weight") instanceof Number weight && weight.doubleValue() == 0;
    if (message.role() != Role.ASSISTANT || weightless) {
      return false;
    }
    return message.toolCalls().isEmpty()
        ? !message.content().isBlank()
        : policy.toolCalls() == ToolCalls.LEARN;
  }

  private Optional<Example> sample(String source, RenderedSample rendered, Set<ExampleNote> notes) {
    List<AnswerSpan> spans = rendered.answers();
    int[] cuts =
        spans.stream().flatMapToInt(span -> IntStream.of(span.start(), span.end())).toArray();
    PromptTokens.Placed placed = prompts.encode(rendered.text(), cuts);
    int kept = spans.size();
    if (placed.at()[2 * kept - 1] > policy.maxLength()) {
      int length = placed.at()[2 * kept - 1];
      if (policy.tooLong() == TooLong.FAIL) {
        throw new ExampleException(
            ExampleNote.TOO_LONG,
            "%s: %d tokens, at most %d are allowed; set max_length, or too_long: cut or drop"
                .formatted(source, length, policy.maxLength()));
      }
      while (kept > 0
          && (policy.tooLong() == TooLong.DROP || placed.at()[2 * kept - 1] > policy.maxLength())) {
        kept--;
      }
      notes.add(kept == 0 ? ExampleNote.TOO_LONG : ExampleNote.CUT);
      if (kept == 0) {
        return Optional.empty();
      }
    }
    int[] tokens = Arrays.copyOf(placed.tokens(), placed.at()[2 * kept - 1]);
    boolean[] learnt = new boolean[tokens.length];
    for (int i = 0; i < kept; i++) {
      AnswerSpan span = spans.get(i);
      int start = placed.at()[2 * i];
      int end = placed.at()[2 * i + 1];
      requireEndToken(source, tokens[end - 1]);
      if (policy.reasoning() == Reasoning.MASK && span.reasoningEnd() > span.start()) {
        start = Math.max(start, prompts.tokensBefore(placed, rendered.text(), span.reasoningEnd()));
      }
      Arrays.fill(learnt, Math.max(1, start), end, true);
    }
    return Optional.of(new Example(tokens, learnt, source));
  }

  private void requireEndToken(String source, int last) {
    if (!endIds.contains(last)) {
      throw new ExampleException(
          ExampleNote.NO_END_TOKEN,
          "%s: an answer ends with the token \"%s\", which does not end a turn of this model"
              .formatted(source, tokenizer.token(last)));
    }
  }

  private BuiltExamples text(TextRecord record) {
    if (record.text().isBlank()) {
      throw new ExampleException(
          ExampleNote.NOTHING_TO_LEARN,
          record.id() + ": nothing to learn: the text is empty; problems: skip leaves it out");
    }
    int[] ids = prompts.encode(MarkedText.data(record.text()), new int[0]).tokens();
    int eos =
        tokenizer
            .eos()
            .orElseThrow(() ->
                new ExampleException(
                    ExampleNote.NO_END_TOKEN,
                    record.id() + ": the tokenizer has no EOS token to end a text with"));
    int[] tokens = Arrays.copyOf(ids, ids.length + 1);
    tokens[ids.length] = eos;
    if (tokens.length <= policy.maxLength()) {
      return new BuiltExamples(List.of(allLearnt(tokens, record.id())), Set.of());
    }
    return switch (policy.tooLong()) {
      case FAIL ->
          throw new ExampleException(
              ExampleNote.TOO_LONG,
              "%s: %d tokens, at most %d are allowed; set max_length, or too_long: cut or drop"
                  .formatted(record.id(), tokens.length, policy.maxLength()));
      case DROP -> BuiltExamples.none(ExampleNote.TOO_LONG);
      case CUT -> {
        List<Example> parts = new ArrayList<>();
        // Each begins with the last token of the one before, which it reads but does not learn.
        for (int from = 0; from < tokens.length - 1; from += policy.maxLength() - 1) {
          int to = Math.min(tokens.length, from + policy.maxLength());
          parts.add(
              allLearnt(
                  Arrays.copyOfRange(tokens, from, to), record.id() + "#" + (parts.size() + 1)));
        }
        yield new BuiltExamples(parts, Set.of(ExampleNote.SPLIT));
      }
    };
  }

  private static Example allLearnt(int[] tokens, String source) {
    boolean[] learnt = new boolean[tokens.length];
    Arrays.fill(learnt, 1, learnt.length, true);
    return new Example(tokens, learnt, source);
  }
}
