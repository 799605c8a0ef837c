package org.blossomlm.data.format;

import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataException;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.PreferenceRecord;
import org.blossomlm.data.RowRecord;
import org.blossomlm.data.TextRecord;

/** A record that a format cannot hold. */
final class Misfit {
  private Misfit() {}

  static DataException of(DataRecord record, String format) {
    String kind =
        switch (record) {
          case ChatRecord chat -> "a chat";
          case TextRecord text -> "a text";
          case RowRecord row -> "a row of a table";
          case PreferenceRecord pair -> "a preference pair";
        };
    String others =
        switch (record) {
          case ChatRecord chat -> "blossom, blossomdata, openai, conversations, sharegpt or rows";
          case TextRecord text -> "blossom, blossomdata, text or rows";
          case RowRecord row ->
              "blossom, blossomdata or rows, or say which columns are messages"
                  + " (--columns question=user,answer=assistant)";
          case PreferenceRecord pair -> "blossom, openai, sharegpt, alpaca, preference or rows";
        };
    return new DataException("%s cannot hold %s; use %s".formatted(format, kind, others));
  }

  /** A chat that a narrow format cannot hold. */
  static DataException because(String format, String what, String wayOn) {
    return new DataException("%s cannot hold %s; %s".formatted(format, what, wayOn));
  }
}
