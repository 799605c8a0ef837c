package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.generate.Answering.Answer;
import org.blossomlm.data.operator.Arguments;
import org.blossomlm.data.operator.OperatorSpec;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.Parameter;
import org.blossomlm.data.operator.Parameter.Kind;
import org.blossomlm.model.chat.ChatMessage;

/**
 * Makes a first user message harder or finds another like it (Evol-Instruct): each round draws one
 * operation. The old answers go, as they answer another question; with an {@code answer_teacher}
 * the new message gets its own, and the answer's faults eliminate the evolution too. An evolution
 * that is eliminated leaves the instruction as it was before that round.
 *
 * @see <a href="https://arxiv.org/abs/2304.12244">WizardLM</a>
 */
final class InstructionEvolver {
  private static final Map<String, Prompt> OPERATIONS = operations();

  private static final AnswerSchema SAME =
      AnswerSchema.of(
          AnswerSchema.Field.text("analysis", "what the second asks beyond the first", "第二条多要求了什么"),
          AnswerSchema.Field.flag("same", "whether one answer would do for both", "同一个回答是否对两者都适用"));

  private final TeacherSettings teacher;
  private final TeacherSettings judge;
  private final Optional<TeacherSettings> answerer;
  private final List<String> operations;
  private final int rounds;
  private final boolean keepAll;
  private final boolean dropEliminated;

  private InstructionEvolver(Arguments arguments) {
    teacher = TeacherSettings.of(arguments);
    judge = teacher.or(arguments, "judge");
    answerer =
        arguments
            .optionalText("answer_teacher")
            .map(name -> new TeacherSettings(name, Map.of(), teacher.retries()));
    operations = arguments.texts("operations");
    for (String operation : operations) {
      if (!OPERATIONS.containsKey(operation)) {
        throw new DataException(
            "operations has \"%s\": allowed are %s".formatted(operation, OPERATIONS.keySet()));
      }
    }
    if (operations.isEmpty()) {
      throw new DataException("operations is empty: name some of " + OPERATIONS.keySet());
    }
    rounds = Checked.integer(arguments, "rounds", 1, 20);
    keepAll = arguments.text("keep").equals("all");
    dropEliminated = arguments.text("eliminated").equals("drop");
  }

  private static Map<String, Prompt> operations() {
    Map<String, Prompt> operations = new LinkedHashMap<>();
    operations.put("constraints", Prompt.EVOLVE_CONSTRAINTS);
    operations.put("deepen", Prompt.EVOLVE_DEEPEN);
    operations.put("concretize", Prompt.EVOLVE_CONCRETIZE);
    operations.put("reasoning", Prompt.EVOLVE_REASONING);
    operations.put("breadth", Prompt.EVOLVE_BREADTH);
    return operations;
  }

  static OperatorSpec spec() {
    return new OperatorSpec(
        "instruction_evolver",
        "Makes the first user message of a chat more demanding, or finds another like it",
        List.of(
            TeacherSettings.TEACHER,
            Parameter.of(
                "operations",
                Kind.TEXTS,
                List.copyOf(OPERATIONS.keySet()),
                "what a round may draw: constraints, deepen, concretize, reasoning (in depth) and "
                    + "breadth; one that is listed twice is drawn twice as often"),
            Parameter.of(
                "rounds", Kind.INTEGER, 1L, "how often an instruction is evolved, 1 to 20"),
            Parameter.choice(
                "keep",
                List.of("last", "all"),
                "the last evolution takes the record's place, or the record stays and each "
                    + "evolution is a record behind it, ID-evolved-1 and so on"),
            Parameter.choice(
                "eliminated",
                List.of("keep", "drop"),
                "a record without any evolution that passed stays as it was, or is dropped"),
            Parameter.optional(
                "judge",
                Kind.TEACHER,
                "who says whether an evolution asks for anything new; the teacher by default"),
            Parameter.optional(
                "answer_teacher",
                Kind.TEACHER,
                "who answers what was evolved; without it the records end with the user message"),
            TeacherSettings.PARAMETERS,
            TeacherSettings.RETRIES),
        arguments -> TeacherWork.onChats(new InstructionEvolver(arguments)::evolve));
  }

  /** An instruction, what made it from the one before, and its answer. */
  private record Evolution(String text, String operation, Optional<ChatMessage> answer) {}

  private Outcome evolve(ChatRecord record, TeacherCalls calls) throws InterruptedException {
    RandomGenerator random = calls.context().random(record);
    PromptLanguage language = PromptLanguage.of(record);
    List<ChatMessage> question = Turns.firstQuestion(record.messages());
    String current = question.getLast().content();
    List<Evolution> evolutions = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      String operation = operations.get(random.nextInt(operations.size()));
      Optional<Evolution> evolution = evolution(question, current, operation, language, calls);
      if (evolution.isPresent()) {
        evolutions.add(evolution.get());
        current = evolution.get().text();
      }
    }
    if (evolutions.isEmpty()) {
      return dropEliminated
          ? Outcome.drop("every evolution was eliminated")
          : Outcome.keep(calls.stamp(record.withMetadata("evolution", List.of())));
    }
    List<DataRecord> records = new ArrayList<>();
    if (keepAll) {
      records.add(record);
    }
    List<String> path = new ArrayList<>();
    for (int i = 0; i < evolutions.size(); i++) {
      path.add(evolutions.get(i).operation());
      if (keepAll || i == evolutions.size() - 1) {
        DataRecord evolved =
            calls
                .stamp(record.withMessages(messages(question, evolutions.get(i))))
                .withMetadata("evolution", List.copyOf(path))
                .withMetadata("evolved_from", question.getLast().content());
        String id = record.id() + "-evolved-" + (i + 1);
        records.add(keepAll ? evolved.mapHead(head -> head.withId(id)) : evolved);
      }
    }
    return new Outcome.Keep(records);
  }

  private Optional<Evolution> evolution(
      List<ChatMessage> question,
      String current,
      String operation,
      PromptLanguage language,
      TeacherCalls calls)
      throws InterruptedException {
    Prompt prompt = OPERATIONS.get(operation);
    if (prompt == null) {
      throw new IllegalStateException(operation);
    }
    String text =
        new AnswerDialogue(calls, teacher, language)
            .tagged(
                prompt,
                Map.of("instruction", current),
                answer -> inLanguage(TaggedText.one(answer), language));
    Optional<String> fault = EvolutionRules.faultOfInstruction(current, text);
    if (fault.isEmpty()
        && new AnswerDialogue(calls, judge, language)
            .structured(Prompt.EVOLVE_CHECK, Map.of("first", current, "second", text), SAME)
            .flag("same")) {
      fault = Optional.of("nothing new");
    }
    Optional<ChatMessage> answer = Optional.empty();
    if (fault.isEmpty() && answerer.isPresent()) {
      Answer answered =
          new Answering(calls, answerer.get())
              .answer(messages(question, new Evolution(text, operation, Optional.empty())));
      answer = Optional.of(answered.message());
      fault =
          answered.truncated()
              ? Optional.of("answer cut off")
              : EvolutionRules.faultOfAnswer(answered.message().content());
    }
    if (fault.isPresent()) {
      calls.context().count("eliminated: " + fault.get(), 1);
      return Optional.empty();
    }
    return Optional.of(new Evolution(text, operation, answer));
  }

  private static String inLanguage(String text, PromptLanguage language) {
    if (PromptLanguage.of(text) != language) {
      throw new GenerationException(
          "the instruction must be in " + language.nameIn(PromptLanguage.EN));
    }
    return text;
  }

  private static List<ChatMessage> messages(List<ChatMessage> question, Evolution evolution) {
    List<ChatMessage> messages = new ArrayList<>(question.subList(0, question.size() - 1));
    messages.add(Turns.withText(question.getLast(), evolution.text()));
    evolution.answer().ifPresent(messages::add);
    return messages;
  }
}
