package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
import org.blossomlm.data.teacher.TeacherException;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/**
 * Invents instructions from seeds (Self-Instruct): shows a teacher some of the seeds and of what
 * came before, and keeps what is new, that is whose ROUGE-L with every other is not above a
 * threshold. Calls are made in rounds: all of a round see the same pool, and their answers are
 * looked at in their order, so that the result does not depend on which came first. The seeds are
 * held in memory, as are the new instructions: thousands, not millions.
 *
 * @see <a href="https://arxiv.org/abs/2212.10560">Wang et al. 2022, Self-Instruct</a>
 */
final class SelfInstruct implements SetOperator {
  /** Instructions that a model with text alone cannot follow, by the paper's word list. */
  private static final Pattern NEEDS_MORE_THAN_TEXT =
      Pattern.compile(
          "(?i)\\b(?:images?|pictures?|photos?|graphs?|files?|draw|plot|videos?|audio|go to)\\b"
              + "|图片|图像|照片|上图|下图|画一|绘制|视频|音频|附件|文件");

  private static final int SHORTEST = 4;
  private static final int LONGEST = 400;

  private final TeacherSettings teacher;
  private final PromptLanguage language;
  private final int count;
  private final int maxCalls;
  private final int perCall;
  private final int seedExamples;
  private final int newExamples;
  private final int callsPerRound;
  private final double threshold;
  private final boolean keepSeeds;

  private SelfInstruct(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    language = arguments.choice("language", PromptLanguage.class);
    count = Checked.integer(arguments, "count", 1, 10_000_000);
    maxCalls = Checked.integer(arguments, "max_calls", 1, 10_000_000);
    perCall = Checked.integer(arguments, "tasks_per_call", 1, 50);
    seedExamples = Checked.integer(arguments, "seed_examples", 1, 50);
    newExamples = Checked.integer(arguments, "new_examples", 0, 50);
    callsPerRound = Checked.integer(arguments, "calls_per_round", 1, 1000);
    threshold = Checked.number(arguments, "max_similarity", 0, 1);
    keepSeeds = arguments.flag("keep_seeds");
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "self_instruct",
        "Invents new instructions from seed instructions and keeps those unlike all others",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.required("count", Kind.INTEGER, "how many new instructions are wanted"),
            Parameter.choice(
                "language",
                List.of("en", "zh"),
                "the language of the new instructions; only seeds in it are used"),
            Parameter.of(
                "max_calls",
                Kind.INTEGER,
                1000L,
                "after how many calls to stop even if instructions are missing"),
            Parameter.of(
                "tasks_per_call", Kind.INTEGER, 5L, "how many a call is to invent, 1 to 50"),
            Parameter.of("seed_examples", Kind.INTEGER, 6L, "how many seeds a call shows, 1 to 50"),
            Parameter.of(
                "new_examples",
                Kind.INTEGER,
                2L,
                "how many new instructions a call shows besides, 0 to 50"),
            Parameter.of(
                "calls_per_round",
                Kind.INTEGER,
                4L,
                "how many calls are made at once; another number gives other instructions"),
            Parameter.of(
                "max_similarity",
                Kind.NUMBER,
                0.7,
                "the highest ROUGE-L with any other, 0 to 1: of words, in Chinese of characters"),
            Parameter.of(
                "keep_seeds", Kind.FLAG, true, "whether the seeds stay before what is new"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        SelfInstruct::new);
  }

  /** What is there so far. */
  private static final class Pool {
    final List<String> seeds = new ArrayList<>();
    final List<String> invented = new ArrayList<>();
    final List<RougeL> all = new ArrayList<>();
    final Map<String, Integer> units = new HashMap<>();
  }

  /** The tasks of one call and the keys under which the cache has its answers. */
  private record Batch(
      List<String> tasks, TeacherCalls calls, Optional<TeacherException> failure) {}

  @Override
  public void apply(RecordSet input, Output output, OperatorContext context)
      throws InterruptedException {
    Pool pool = new Pool();
    input.forEach(record -> {
      if (keepSeeds) {
        output.keep(record);
      }
      seed(record).ifPresent(text -> add(pool, pool.seeds, text));
    });
    if (pool.seeds.isEmpty()) {
      throw new DataException(
          "self_instruct (%s) found no seed in %s among %d records: a seed is a text, or the first "
                  .formatted(context.step(), language.nameIn(PromptLanguage.EN), input.size())
              + "user message of a chat");
    }
    RandomGenerator random = context.random();
    int calls = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (pool.invented.size() < count && calls < maxCalls) {
        List<Callable<Batch>> round = new ArrayList<>();
        for (int i = 0; i < callsPerRound && calls < maxCalls; i++) {
          String examples = examples(pool, random);
          int attempt = calls * (teacher.retries() + 1);
          round.add(() -> ask(examples, new TeacherCalls(context, attempt)));
          calls++;
        }
        take(run(threads, round), pool, output, context);
      }
    }
    if (pool.invented.size() < count) {
      context.count(
          "instructions missing when max_calls was reached", count - pool.invented.size());
    }
  }

  private Optional<String> seed(DataRecord record) {
    if (record.failure().isPresent()) {
      return Optional.empty();
    }
    Optional<String> text =
        switch (record) {
          case ChatRecord chat -> chat.first(Role.USER).map(ChatMessage::content);
          case TextRecord plain -> Optional.of(plain.text());
          default -> Optional.empty();
        };
    return text.map(String::strip)
        .filter(seed -> !seed.isEmpty() && PromptLanguage.of(seed) == language);
  }

  private static void add(Pool pool, List<String> list, String text) {
    list.add(text);
    pool.all.add(RougeL.of(text, pool.units));
  }

  private String examples(Pool pool, RandomGenerator random) {
    List<String> chosen = new ArrayList<>(draw(pool.seeds, seedExamples, random));
    chosen.addAll(draw(pool.invented, newExamples, random));
    StringBuilder text = new StringBuilder();
    for (String example : chosen) {
      text.append("<task>\n").append(example).append("\n</task>\n");
    }
    return text.toString().strip();
  }

  private static List<String> draw(List<String> from, int count, RandomGenerator random) {
    Set<Integer> indices = new LinkedHashSet<>();
    while (indices.size() < Math.min(count, from.size())) {
      indices.add(random.nextInt(from.size()));
    }
    return indices.stream().map(from::get).toList();
  }

  private Batch ask(String examples, TeacherCalls calls) throws InterruptedException {
    try {
      List<String> tasks =
          new AnswerDialogue(calls, teacher, language)
              .tagged(
                  Prompt.SELF_INSTRUCT,
                  Map.of("examples", examples, "count", String.valueOf(perCall)),
                  TaggedText::all);
      return new Batch(tasks, calls, Optional.empty());
    } catch (GenerationException e) {
      return new Batch(List.of(), calls, Optional.empty());
    } catch (TeacherException e) {
      if (e.status().isEmpty()) {
        throw e;
      }
      return new Batch(List.of(), calls, Optional.of(e));
    }
  }

  private static List<Batch> run(ExecutorService threads, List<Callable<Batch>> round)
      throws InterruptedException {
    List<Batch> batches = new ArrayList<>();
    for (Future<Batch> future : threads.invokeAll(round)) {
      try {
        batches.add(future.get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case RuntimeException failure -> throw failure;
          case InterruptedException stopped -> throw stopped;
          case null, default -> throw new DataException("a call failed: " + e.getCause(), e);
        }
      }
    }
    Optional<TeacherException> failure = batches.getFirst().failure();
    if (failure.isPresent() && batches.stream().allMatch(batch -> batch.failure().isPresent())) {
      throw failure.get(); // A teacher that refuses everything would be asked for ever.
    }
    return batches;
  }

  private void take(List<Batch> batches, Pool pool, Output output, OperatorContext context) {
    for (Batch batch : batches) {
      if (batch.tasks().isEmpty()) {
        context.count("calls without a usable answer", 1);
      }
      for (String task : batch.tasks()) {
        if (pool.invented.size() == count) {
          return;
        }
        Optional<String> fault = fault(task, pool);
        if (fault.isPresent()) {
          context.count("left out: " + fault.get(), 1);
          continue;
        }
        add(pool, pool.invented, task);
        String id = "%s-%06d".formatted(context.step(), pool.invented.size());
        ChatRecord record = new ChatRecord(RecordHead.of(id), List.of(ChatMessage.user(task)));
        output.keep(batch.calls().stamp(record).withMetadata("language", language.code()));
      }
    }
  }

  private Optional<String> fault(String task, Pool pool) {
    RougeL units = RougeL.of(task, pool.units);
    if (PromptLanguage.of(task) != language) {
      return Optional.of("another language");
    }
    if (units.length() < SHORTEST || units.length() > LONGEST) {
      return Optional.of("too short or too long");
    }
    if (NEEDS_MORE_THAN_TEXT.matcher(task).find()) {
      return Optional.of("needs more than text");
    }
    if (!Character.isLetterOrDigit(task.codePointAt(0))
        && "\"'“‘《「(（".indexOf(task.charAt(0)) < 0) {
      return Optional.of("begins with a mark");
    }
    return pool.all.stream().anyMatch(other -> units.isAbove(threshold, other))
        ? Optional.of("like another")
        : Optional.empty();
  }
}
