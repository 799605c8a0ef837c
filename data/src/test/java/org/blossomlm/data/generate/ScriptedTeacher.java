package org.blossomlm.data.generate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.blossomlm.data.teacher.Completion;
import org.blossomlm.data.teacher.Completion.FinishReason;
import org.blossomlm.data.teacher.Completion.Usage;
import org.blossomlm.data.teacher.CompletionRequest;
import org.blossomlm.data.teacher.Teacher;
import org.blossomlm.model.chat.ChatMessage;
import org.blossomlm.model.chat.Role;

/** A teacher in memory that says what a test wrote, and remembers what it was asked. */
final class ScriptedTeacher implements Teacher {
  private final String name;
  private final Function<CompletionRequest, Completion> script;
  final List<CompletionRequest> requests = Collections.synchronizedList(new ArrayList<>());

  ScriptedTeacher(String name, Function<CompletionRequest, Completion> script) {
    this.name = name;
    this.script = script;
  }

  /** Says these in order; asked for more, the test fails. */
  static ScriptedTeacher saying(String... answers) {
    Iterator<String> rest = List.of(answers).iterator();
    return new ScriptedTeacher(
        "scripted",
        request -> {
          if (!rest.hasNext()) {
            throw new AssertionError("one question too many: " + question(request));
          }
          return answer(rest.next());
        });
  }

  static Completion answer(String text) {
    return answer(text, FinishReason.STOP);
  }

  static Completion answer(String text, FinishReason finish) {
    return new Completion(ChatMessage.assistant(text), finish, new Usage(10, 0, 5), "", false);
  }

  static Completion withReasoning(String reasoning, String text) {
    return new Completion(
        new ChatMessage(
            Role.ASSISTANT,
            text,
            Optional.of(reasoning),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of()),
        FinishReason.STOP,
        new Usage(10, 0, 5),
        "",
        false);
  }

  static String question(CompletionRequest request) {
    return request.messages().getLast().content();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Completion complete(CompletionRequest request) {
    requests.add(request);
    Completion completion = script.apply(request);
    return new Completion(
        completion.message(),
        completion.finish(),
        completion.usage(),
        "%08x-%d"
            .formatted(Objects.hash(request.messages(), request.parameters()), request.attempt()),
        false);
  }

  @Override
  public List<float[]> embed(List<String> texts) {
    return texts.stream().map(text -> new float[] {text.length(), 0.1f}).toList();
  }

  @Override
  public void close() {}
}
