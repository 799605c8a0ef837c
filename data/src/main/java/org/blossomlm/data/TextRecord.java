package org.blossomlm.data;

/** A plain text. */
public record TextRecord(RecordHead head, String text) implements DataRecord {
  @Override
  public TextRecord withHead(RecordHead head) {
    return new TextRecord(head, text);
  }

  public TextRecord withText(String text) {
    return new TextRecord(head, text);
  }
}
