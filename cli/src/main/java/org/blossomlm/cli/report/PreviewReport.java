package org.blossomlm.cli.report;

import java.util.ArrayList;
import java.util.List;
import org.blossomlm.cli.terminal.DisplayWidth;
import org.blossomlm.cli.terminal.Messages;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.run.Preview;
import org.blossomlm.data.run.RecordLines;

/** A few records on their way through a recipe: before and after every step, side by side. */
public final class PreviewReport {
  private static final int DEFAULT_COLUMNS = 100;
  private static final int MIN_COLUMNS = 40;

  private final Messages messages;
  private final int columns;
  private final boolean colours;

  /**
   * @param columns of the terminal; 0 if that is not known
   */
  public PreviewReport(Messages messages, int columns, boolean colours) {
    this.messages = messages;
    this.columns = columns == 0 ? DEFAULT_COLUMNS : Math.max(MIN_COLUMNS, columns);
    this.colours = colours;
  }

  public String text(List<Preview.BranchPreview> branches) {
    StringBuilder text = new StringBuilder();
    for (Preview.BranchPreview branch : branches) {
      text.append(
          styled(
              "1;35",
              messages.text("data.preview.branch", branch.branch(), branch.input().size())));
      text.append('\n');
      for (DataRecord record : branch.input()) {
        text.append(styled("1", "  " + record.id())).append('\n');
        RecordLines.of(record).forEach(line -> whole(line, text));
      }
      for (Preview.StepPreview step : branch.steps()) {
        text.append(styled("1", "── " + step.step())).append('\n');
        step.changes().forEach(change -> change(change, text));
      }
    }
    return text.toString();
  }

  private void change(Preview.Change change, StringBuilder text) {
    String id = change.before().id();
    if (change.left().isPresent()) {
      Preview.Left left = change.left().get();
      String key = left.failed() ? "data.preview.failed" : "data.preview.dropped";
      text.append("  ").append(styled("31", messages.text(key, id, left.reason()))).append('\n');
      return;
    }
    if (change.after().size() != 1) {
      text.append("  ")
          .append(messages.text("data.preview.several", id, change.after().size()))
          .append('\n');
    }
    for (DataRecord after : change.after()) {
      if (sameContent(change.before(), after)) {
        text.append("  ").append(styled("2", messages.text("data.preview.same", after.id())));
        text.append('\n');
      } else {
        text.append("  ").append(after.id()).append('\n');
        sideBySide(RecordLines.of(change.before()), RecordLines.of(after), text);
      }
    }
  }

  private static boolean sameContent(DataRecord before, DataRecord after) {
    return RecordLines.of(before).equals(RecordLines.of(after));
  }

  /** Only lines that differ, the old on the left, the new on the right. */
  private void sideBySide(List<String> before, List<String> after, StringBuilder text) {
    for (LineDiff.Row row : LineDiff.of(before, after)) {
      int half = (columns - 7) / 2;
      List<String> left = folded(row.before(), half);
      List<String> right = folded(row.after(), half);
      for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
        String old = i < left.size() ? left.get(i) : "";
        String fresh = i < right.size() ? right.get(i) : "";
        text.append("    ")
            .append(styled("31", old))
            .append(" ".repeat(half - DisplayWidth.of(old)))
            .append(" │ ")
            .append(styled("32", fresh))
            .append('\n');
      }
    }
  }

  private void whole(String line, StringBuilder text) {
    folded(line, columns - 5).forEach(part -> text.append("    ").append(part).append('\n'));
  }

  /** Parts that each fit into so many columns. */
  private static List<String> folded(String line, int width) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    int used = 0;
    for (int codePoint : line.codePoints().toArray()) {
      String symbol = Character.toString(codePoint);
      int wide = DisplayWidth.of(symbol);
      if (used + wide > width) {
        parts.add(part.toString());
        part.setLength(0);
        used = 0;
      }
      part.append(symbol);
      used += wide;
    }
    if (!part.isEmpty()) {
      parts.add(part.toString());
    }
    return parts;
  }

  private String styled(String sgr, String text) {
    return colours && !text.isEmpty() ? "\033[" + sgr + "m" + text + "\033[0m" : text;
  }
}
