package org.blossomlm.cli.terminal;

import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Renders Markdown while it arrives: headings, lists, quotes, rules, code fences, bold, italic and
 * inline code. Everything else is shown as it was written. What is shown depends on the text alone,
 * not on how it was cut into pieces.
 *
 * <p>A marker is taken away only when it is certain that it is one, so text is held back from the
 * start of a line until its kind is known, and from an opening {@code **} until it is closed. The
 * syntax is CommonMark's (sections 4 and 6.2), read strictly where a terminal could garble text: a
 * star between letters or digits, as in {@code 2**3}, is a star.
 */
final class MarkdownRenderer implements AnswerSink {
  private static final Set<Style> PLAIN = Set.of();
  private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,})([^`]*)");
  private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6} +(.*)", Pattern.DOTALL);
  private static final Pattern ITEM = Pattern.compile("( *)([-*+]|\\d{1,9}[.)]) +(\\S.*)?");
  private static final Pattern QUOTE = Pattern.compile(" {0,3}> ?(.*)");
  private static final Pattern RULE = Pattern.compile(" {0,3}([-*_])( *\\1){2,} *");

  /** Beginnings that may still become one of the above. */
  private static final Pattern UNDECIDED =
      Pattern.compile(
          " *| {0,3}#{1,6} *| *([-*+]|\\d{1,9}[.)]?) *"
              + "| {0,3}(`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*)| {0,3}>| {0,3}([-*_])( *\\3)* *");

  private final StyledWriter writer;
  private final StringBuilder line = new StringBuilder();
  private final InlineMarkdown inline;
  private Place place = Place.LINE_START;
  private String fence = "";

  /** Where in the text the renderer is. */
  private enum Place {
    /** The kind of this line is not known yet. */
    LINE_START,
    /** In a line whose kind is known. */
    LINE,
    /** At the start of a line between fences. */
    CODE_START,
    /** In a line of code. */
    CODE
  }

  MarkdownRenderer(StyledWriter writer) {
    this.writer = writer;
    this.inline = new InlineMarkdown(writer::text);
  }

  @Override
  public void write(String text) {
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      feed(text.substring(from, end));
      endLine();
      writer.newLine();
      from = end + 1;
    }
    feed(text.substring(from));
  }

  @Override
  public void end() {
    boolean empty = line.isEmpty() && place != Place.LINE && place != Place.CODE;
    endLine();
    if (empty && writer.atLineStart()) {
      writer.flush();
    } else {
      writer.newLine();
    }
    place = Place.LINE_START;
  }

  private void feed(String piece) {
    if (piece.isEmpty()) {
      return;
    }
    switch (place) {
      case LINE_START -> {
        line.append(piece);
        if (!UNDECIDED.matcher(line).matches()) {
          decide();
        }
      }
      case LINE -> inline.write(piece);
      case CODE_START -> {
        line.append(piece);
        if (!mayCloseFence(line.toString())) {
          code();
        }
      }
      case CODE -> writer.verbatim(piece, EnumSet.of(Style.CODE));
    }
  }

  private void endLine() {
    switch (place) {
      case LINE_START -> {
        decide();
        inline.end();
      }
      case LINE -> inline.end();
      case CODE_START -> {
        if (closesFence(line.toString())) {
          writer.verbatim(line.toString(), EnumSet.of(Style.DIM));
          fence = "";
        } else {
          code();
        }
      }
      case CODE -> {}
    }
    line.setLength(0);
    place = fence.isEmpty() ? Place.LINE_START : Place.CODE_START;
  }

  /** Shows the start of a line now that its kind is known. */
  private void decide() {
    String start = line.toString();
    line.setLength(0);
    place = Place.LINE;
    inline.begin(PLAIN);
    Matcher matcher = FENCE.matcher(start);
    if (matcher.matches()) {
      fence = matcher.group(1);
      writer.verbatim(start, EnumSet.of(Style.DIM));
      return;
    }
    if (RULE.matcher(start).matches()) {
      writer.text("─".repeat(24), EnumSet.of(Style.DIM));
      return;
    }
    matcher = HEADING.matcher(start);
    if (matcher.matches()) {
      inline.begin(EnumSet.of(Style.HEADING));
      inline.write(matcher.group(1));
      return;
    }
    matcher = ITEM.matcher(start);
    if (matcher.matches()) {
      String marker = matcher.group(2);
      String shown = marker.length() == 1 ? "•" : marker;
      writer.text(matcher.group(1), PLAIN);
      writer.text(shown + " ", EnumSet.of(Style.BOLD));
      writer.indent(matcher.group(1).length() + shown.length() + 1);
      inline.write(matcher.group(3) == null ? "" : matcher.group(3));
      return;
    }
    matcher = QUOTE.matcher(start);
    if (matcher.matches()) {
      writer.text("│ ", EnumSet.of(Style.DIM));
      inline.begin(EnumSet.of(Style.DIM));
      inline.write(matcher.group(1));
      return;
    }
    inline.write(start);
  }

  private void code() {
    place = Place.CODE;
    writer.verbatim(line.toString(), EnumSet.of(Style.CODE));
    line.setLength(0);
  }

  private boolean closesFence(String text) {
    String trimmed = text.strip();
    return trimmed.length() >= fence.length()
        && trimmed.chars().allMatch(c -> c == fence.charAt(0));
  }

  private boolean mayCloseFence(String text) {
    return text.strip().chars().allMatch(c -> c == fence.charAt(0));
  }
}
