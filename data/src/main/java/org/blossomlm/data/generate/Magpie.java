package org.blossomlm.data.generate;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.RecordHead;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorContext;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.data.operator.SetOperator;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.TeacherException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Lets an aligned model make up conversations: its chat template is written up to the place where
 * the user would speak, the model writes what comes there, and then answers it.
 *
 * <p>The seed of every conversation is drawn from the step's random numbers, by its number, and
 * conversations are looked at in the order of their numbers, so that the same seed gives the same
 * records whatever is computed first. Calls are made in rounds, several at once. The memory holds a
 * hash of each instruction.
 *
 * @see <a href="https://arxiv.org/abs/2406.08464">Xu et al. 2024, Magpie</a>
 */
final class Magpie implements SetOperator {
  private static final int ROUND = 32;
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private final String teacher;
  private final int count;
  private final int maxCalls;
  private final int turns;
  private final boolean answer;
  private final Optional<String> system;
  private final int shortest;
  private final int longest;
  private final boolean keepInput;
  private final Map<String, Object> instructionParameters;
  private final Map<String, Object> parameters;

  private Magpie(Arguments arguments) {
    teacher = arguments.text("teacher");
    count = Checked.integer(arguments, "count", 1, 100_000_000);
    maxCalls =
        (int)
            Checked.optionalPositive(arguments, "max_calls").orElse(Math.min(count * 4L, 1 << 30));
    turns = Checked.integer(arguments, "turns", 1, 50);
    answer = arguments.flag("answer");
    system = arguments.optionalText("system").filter(text -> !text.isBlank());
    shortest = Checked.integer(arguments, "min_length", 1, 1_000_000);
    longest = Checked.integer(arguments, "max_length", 1, 1_000_000);
    keepInput = arguments.flag("keep_input");
    instructionParameters = arguments.map("instruction_parameters");
    parameters = arguments.map("parameters");
    if (!answer && turns > 1) {
      throw new DataException(
          "answer is false and turns is " + turns + ": further turns need answers");
    }
    if (shortest > longest) {
      throw new DataException("min_length is above max_length: no instruction would stay");
    }
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "magpie",
        "Makes up conversations by letting a local model speak for the user, then answer (Magpie)",
        List.of(
            TeacherSettings.LOCAL_TEACHER,
            Parameter.required("count", Kind.INTEGER, "how many conversations are wanted"),
            Parameter.optional(
                "max_calls",
                Kind.INTEGER,
                "after how many first instructions to stop even if conversations are missing; four"
                    + " times count where it is absent"),
            Parameter.of("turns", Kind.INTEGER, 1L, "instructions in a conversation, 1 to 50"),
            Parameter.of(
                "answer",
                Kind.FLAG,
                true,
                "whether the model answers; without, another operator or teacher can"),
            Parameter.optional(
                "system",
                Kind.TEXT,
                "system message of all conversations, which leads the model to a subject or a"
                    + " language; where it is absent, those of the incoming chats, and incoming"
                    + " texts, take turns, and without any there is none"),
            Parameter.of(
                "min_length", Kind.INTEGER, 2L, "instructions with fewer characters are left out"),
            Parameter.of(
                "max_length",
                Kind.INTEGER,
                4000L,
                "instructions with more characters are left out"),
            Parameter.of(
                "keep_input", Kind.FLAG, false, "whether incoming records stay before what is new"),
            Parameter.of(
                "instruction_parameters",
                Kind.MAP,
                Map.of("temperature", 1.0, "top_p", 1.0, "top_k", 0L, "max_tokens", 512L),
                "of requests for what the user says, over the teacher's own"),
            TeacherSettings.PARAMETERS),
        Magpie::new);
  }

  /** A conversation that grows, and the calls that were made for it. */
  private static final class Conversation {
    final List<ChatMessage> messages = new ArrayList<>();
    final TeacherCalls calls;
    final long seed;
    Optional<String> fault = Optional.empty();
    Optional<TeacherException> failure = Optional.empty();

    Conversation(Optional<String> system, OperatorContext context, long seed) {
      system.ifPresent(text -> messages.add(ChatMessage.system(text)));
      this.calls = new TeacherCalls(context);
      this.seed = seed;
    }

    boolean isGood() {
      return fault.isEmpty() && failure.isEmpty();
    }
  }

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    List<String> systems = new ArrayList<>();
    input.forEach(record -> {
      if (keepInput) {
        output.keep(record);
      }
      if (system.isEmpty()) {
        systemOf(record).ifPresent(systems::add);
      }
    });
    system.ifPresent(systems::add);
    RandomGenerator random = context.random();
    Set<String> seen = new HashSet<>();
    int begun = 0;
    int made = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (made < count && begun < maxCalls) {
        List<Conversation> round = new ArrayList<>();
        int size = Math.min(Math.min(ROUND, count - made), maxCalls - begun);
        for (int i = 0; i < size; i++) {
          Optional<String> message =
              systems.isEmpty()
                  ? Optional.empty()
                  : Optional.of(systems.get(begun % systems.size()));
          // Below 2^53, so that no JSON reader along the way rounds it.
          round.add(new Conversation(message, context, random.nextLong(1L << 53)));
          begun++;
        }
        run(threads, round, this::instruct);
        for (Conversation conversation : round) {
          if (conversation.isGood() && !seen.add(plain(conversation.messages.getLast()))) {
            conversation.fault = Optional.of("instruction that was there before");
          }
        }
        run(threads, round, this::goOn);
        throwIfNothingWorks(round);
        for (Conversation conversation : round) {
          conversation.failure.ifPresent(failure -> context.count("calls that failed", 1));
          conversation.fault.ifPresent(fault -> context.count("left out: " + fault, 1));
          if (conversation.isGood()) {
            made++;
            output.keep(record(conversation, "%s-%06d".formatted(context.step(), made)));
          }
        }
      }
    }
    if (made < count) {
      context.count("conversations missing when max_calls was reached", count - made);
    }
  }

  private static Optional<String> systemOf(DataRecord record) {
    if (record.failure().isPresent()) {
      return Optional.empty();
    }
    Optional<String> text =
        switch (record) {
          case ChatRecord chat -> chat.first(Role.SYSTEM).map(ChatMessage::content);
          case TextRecord plain -> Optional.of(plain.text());
          default -> Optional.empty();
        };
    return text.filter(message -> !message.isBlank());
  }

  private ChatRecord record(Conversation conversation, String id) {
    return conversation.calls.stamp(
        new ChatRecord(RecordHead.of(id), List.copyOf(conversation.messages)));
  }

  /** Width, case and space make no other instruction. */
  private static String plain(ChatMessage message) {
    String folded =
        Normalizer.normalize(message.content(), Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    return SPACE.matcher(folded.strip()).replaceAll(" ");
  }

  /** Work on one conversation. */
  @FunctionalInterface
  private interface Work {
    void on(Conversation conversation) throws InterruptedException;
  }

  private static void run(ExecutorService threads, List<Conversation> round, Work work)
      throws InterruptedException {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (Conversation conversation : round) {
      if (conversation.isGood()) {
        tasks.add(() -> {
          try {
            work.on(conversation);
          } catch (TeacherException e) {
            conversation.failure = Optional.of(e);
          }
          return true;
        });
      }
    }
    for (Future<Boolean> future : threads.invokeAll(tasks)) {
      try {
        future.get();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RuntimeException failure -> throw failure;
          case InterruptedException stopped -> throw stopped;
          case null, default -> throw new DataException("a call failed: " + e.getCause(), e);
        }
      }
    }
  }

  /** A model that fails every time would be asked until {@code max_calls}. */
  private static void throwIfNothingWorks(List<Conversation> round) {
    Optional<TeacherException> failure = round.getFirst().failure;
    if (failure.isPresent() && round.stream().allMatch(each -> each.failure.isPresent())) {
      throw failure.get();
    }
  }

  /** Lets the model speak for the user. */
  private void instruct(Conversation conversation) throws InterruptedException {
    Map<String, Object> body = new HashMap<>(instructionParameters);
    body.put("next_role", "user");
    ask(conversation, body, "instruction")
        .ifPresent(text -> {
          String instruction = text.strip();
          int length = instruction.codePointCount(0, instruction.length());
          if (length < shortest) {
            conversation.fault =
                Optional.of(length == 0 ? "empty instruction" : "instruction too short");
          } else if (length > longest) {
            conversation.fault = Optional.of("instruction too long");
          } else {
            conversation.messages.add(ChatMessage.user(instruction));
          }
        });
  }

  /** Answers, and asks and answers again. */
  private void goOn(Conversation conversation) throws InterruptedException {
    for (int turn = 1; answer && conversation.isGood(); turn++) {
      Optional<String> text = ask(conversation, new HashMap<>(parameters), "answer");
      if (text.isPresent()) {
        if (text.get().isBlank()) {
          conversation.fault = Optional.of("empty answer");
        } else {
          conversation.messages.add(ChatMessage.assistant(text.get().strip()));
        }
      }
      if (turn == turns || !conversation.isGood()) {
        return;
      }
      instruct(conversation);
    }
  }

  private Optional<String> ask(Conversation conversation, Map<String, Object> body, String what)
      throws InterruptedException {
    // Each message of a conversation needs another seed, or like contexts would go on alike.
    body.putIfAbsent("seed", (conversation.seed + conversation.messages.size()) & (1L << 53) - 1);
    Completion completion =
        conversation.calls.complete(
            teacher, List.copyOf(conversation.messages), body, Optional.empty());
    if (completion.finish() == FinishReason.LENGTH) {
      conversation.fault = Optional.of(what + " cut off at the largest number of tokens");
      return Optional.empty();
    }
    return Optional.of(completion.text());
  }
}
