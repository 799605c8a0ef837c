package org.blossomlm.data.math;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the answer that a solution states. All patterns are linear in the length of the text. */
final class AnswerExtractor {
  /** Solutions that are longer are cut from the front: the answer stands at the end. */
  private static final int MAX_LENGTH = 200_000;

  /** A phrase's answer is looked for in as many characters after it. */
  private static final int MAX_TAIL = 400;

  /** As many boxes that do not close are looked at. */
  private static final int MAX_BOXES = 50;

  private static final Pattern HASHES = Pattern.compile("####[ \\t]*([^\\n]{1,1200})");
  private static final Pattern A_LINE = Pattern.compile("(?m)^A:[ \\t]*([^\\n]{1,1200})");

  private static final Pattern PHRASE =
      Pattern.compile(
          "(?i:\\banswer(?:\\s+(?:to|of|for)\\s[^.\\n:=]{1,80}?)?\\s*(?:\\bis\\b|\\bare\\b|:|=)"
              + "(?:\\s+(?:therefore|thus|equal\\s+to|simply))?)"
              + "|答案(?:应该|应当|应)?(?:是|为|等于|选|[:：=])|(?:故|因此|所以)?(?:应)?填(?=[:：])");
  private static final Pattern REPLY = Pattern.compile("(?m)(?<=^|[\\s。．.；;，,])答(?:[:：])");

  private static final Pattern SENTENCE_END =
      Pattern.compile("[。；！\\n]|\\.(?=\\s|$)|[!;](?=\\s|$)");
  private static final Pattern MATH =
      Pattern.compile(
          "\\$\\$([^$]{1,300})\\$\\$|\\$([^$]{1,300})\\$|\\\\\\((.{1,300}?)\\\\\\)"
              + "|\\\\\\[(.{1,300}?)\\\\]");
  private static final Pattern NOT_MATH = Pattern.compile("(?<![\\\\{a-zA-Z])[a-zA-Z]{2,}");
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<![\\w^.])-?(?:\\d{1,3}(?:,\\d{3})+(?![\\d,])|\\d+)(?:\\.\\d+)?"
              + "(?:\\(\\(\\d+\\)/\\(\\d+\\)\\)|\\(\\d+/\\d+\\)|/\\d+(?:\\.\\d+)?| \\d+/\\d+)?%?");

  private static final Pattern CHOICE =
      Pattern.compile(
          "(?:(?:故|应|应该|因此|所以)选择?|故答案(?:为|是|选)|答案(?:应)?(?:是|为|选|[:：])"
              + "|(?i:\\banswer\\s*(?:is|:)|\\b(?:choose|select|pick)|\\b(?:correct|right)\\s+(?:option|choice)"
              + "\\s*(?:is|:)))"
              + "(?i:\\s{0,5}(?:答案|选项|the|options?|choices?|answer)){0,4}[\\s:：为是]{0,10}"
              + "[\\s$({【（\\[*]{0,10}(?:\\\\(?:text|mathrm|mathbf|textbf|rm)\\s*\\{)?[\\s({]{0,10}"
              + "([A-H](?:[\\s,，、和&]*[A-H])*)(?![A-Za-z]|\\s+[a-z])");
  private static final Pattern LETTERS_ALONE =
      Pattern.compile("[\\s$({（\\[*]*([A-H](?:[,，、]?[A-H])*)[\\s$)}）\\]*.．。:：]*");
  private static final Pattern THOUGHT = Pattern.compile("(?s)<think>.*?</think>");

  private final AnswerPolicy policy;
  private final AnswerParser parser;

  AnswerExtractor(AnswerPolicy policy) {
    this.policy = policy;
    this.parser = new AnswerParser(policy);
  }

  /** What the solution states, as it is written there; thoughts are not part of the solution. */
  Optional<String> extract(String solution) {
    String text = spoken(solution);
    if (text.isBlank()) {
      return Optional.empty();
    }
    for (AnswerMark mark : policy.marks()) {
      Optional<String> found =
          switch (mark) {
            case BOXED -> boxed(text);
            case HASHES -> first(HASHES, text);
            case A_LINE -> last(A_LINE, text);
            case PHRASE -> phrase(text);
            case CHOICE -> choice(text);
            case LAST_NUMBER -> lastNumber(text);
          };
      found = found.map(String::strip).filter(answer -> !answer.isEmpty());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static String spoken(String solution) {
    String text =
        solution.length() > MAX_LENGTH
            ? solution.substring(solution.length() - MAX_LENGTH)
            : solution;
    int end = text.lastIndexOf("</think>");
    if (end >= 0) {
      text = text.substring(end + "</think>".length());
    }
    int open = text.indexOf("<think>");
    // A thought that never ends was cut off: what stands in it is no answer.
    return open >= 0 ? text.substring(0, open) : text;
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static Optional<String> last(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    String found = "";
    while (matcher.find()) {
      found = matcher.group(1);
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  /** The content of the last box whose braces close. */
  static Optional<String> boxed(String text) {
    int at = text.length();
    for (int tried = 0; at > 0 && tried < MAX_BOXES; tried++) {
      int box = Math.max(text.lastIndexOf("\\boxed", at - 1), text.lastIndexOf("\\fbox", at - 1));
      if (box < 0) {
        return Optional.empty();
      }
      int start = box + (text.startsWith("\\boxed", box) ? 6 : 5);
      while (start < text.length() && text.charAt(start) == ' ') {
        start++;
      }
      if (start < text.length() && text.charAt(start) == '{') {
        int end = closing(text, start);
        if (end > 0) {
          return Optional.of(text.substring(start + 1, end));
        }
      } else if (start < text.length() && start > box + 5 && text.charAt(start) != '\\') {
        return Optional.of(text.substring(start, start + 1)); // \boxed 7
      }
      at = box;
    }
    return Optional.empty();
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length() && i - open <= AnswerText.MAX_LENGTH; i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++; // \{ and \} print.
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private Optional<String> phrase(String text) {
    int phrase = lastEnd(PHRASE, text);
    if (phrase >= 0) {
      return tail(text, phrase).flatMap(tail -> answerIn(tail, false));
    }
    int reply = lastEnd(REPLY, text);
    return reply < 0 ? Optional.empty() : tail(text, reply).flatMap(tail -> answerIn(tail, true));
  }

  private static int lastEnd(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    int end = -1;
    while (matcher.find()) {
      end = matcher.end();
    }
    return end;
  }

  /** The rest of the sentence after {@code at}, or the line below where it stands alone. */
  private static Optional<String> tail(String text, int at) {
    int start = at;
    while (start < text.length() && ":：*_ \n\t=".indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    String rest = text.substring(start, Math.min(text.length(), start + MAX_TAIL));
    if (rest.startsWith("$$") || rest.startsWith("\\[")) {
      Matcher display = MATH.matcher(rest.replace('\n', ' '));
      if (display.lookingAt()) {
        return Optional.of(display.group());
      }
    }
    Matcher end = SENTENCE_END.matcher(rest);
    String tail = end.find() ? rest.substring(0, end.start()) : rest;
    return tail.isBlank() ? Optional.empty() : Optional.of(tail.strip());
  }

  private Optional<String> answerIn(String tail, boolean lastNumber) {
    Optional<String> box = boxed(tail);
    if (box.isPresent()) {
      return box;
    }
    if (!(parser.parse(tail) instanceof MathValue.Formula) && parser.parse(tail).isReadable()) {
      return Optional.of(tail);
    }
    Matcher math = MATH.matcher(tail);
    while (math.find()) {
      String content = math.group().replaceAll("^\\$+|\\$+$|^\\\\[(\\[]|\\\\[)\\]]$", "");
      if (!NOT_MATH.matcher(content).find()) {
        return Optional.of(content);
      }
    }
    if (parser.parse(tail).isReadable()) {
      return Optional.of(tail);
    }
    return (lastNumber ? lastNumber(tail) : firstNumber(tail))
        .or(() -> policy.algebra() ? Optional.of(tail) : Optional.empty());
  }

  private static Optional<String> firstNumber(String text) {
    Matcher matcher = NUMBER.matcher(text);
    return matcher.find() ? Optional.of(signed(text, matcher)) : Optional.empty();
  }

  private static Optional<String> lastNumber(String text) {
    String plain = text.replace("**", "").replace("\\%", "%").replace("{,}", ",");
    Matcher matcher = NUMBER.matcher(plain);
    Optional<String> found = Optional.empty();
    while (matcher.find()) {
      found = Optional.of(signed(plain, matcher));
    }
    return found;
  }

  /** A minus after a number is a difference, not a sign: 5-3. */
  private static String signed(String text, Matcher number) {
    int before = number.start() - 1;
    while (before >= 0 && text.charAt(before) == ' ') {
      before--;
    }
    boolean adjacent = before == number.start() - 1;
    char c = before >= 0 ? text.charAt(before) : ' ';
    boolean difference =
        number.group().startsWith("-")
            && (c == ')' || MathTokens.isDigit(c) || (adjacent && MathTokens.isLetter(c)));
    return difference ? number.group().substring(1) : number.group();
  }

  private static Optional<String> choice(String text) {
    Optional<String> box = boxed(text).filter(content -> letters(content).isPresent());
    if (box.isPresent()) {
      return box.flatMap(AnswerExtractor::letters);
    }
    Optional<String> said = last(CHOICE, text);
    return said.isPresent() ? said : letters(text);
  }

  private static Optional<String> letters(String text) {
    if (text.length() > 60) {
      return Optional.empty();
    }
    Matcher matcher =
        LETTERS_ALONE.matcher(text.replaceAll("\\\\(?:text|mathrm|mathbf|textbf)", ""));
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
