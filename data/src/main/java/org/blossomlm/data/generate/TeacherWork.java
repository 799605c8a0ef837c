package org.blossomlm.data.generate;

import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.operator.Outcome;
import org.blossomlm.data.operator.RecordOperator;

/**
 * What an operator with a teacher does for one record. It either hands on a whole new record or
 * throws {@link GenerationException}: then the record stays as it was, marked as failed, with the
 * calls that were made in its provenance. A teacher's own failure ({@link
 * org.blossomlm.data.teacher.TeacherException}) goes to the run, which knows whether to go on.
 */
@FunctionalInterface
interface TeacherWork<R extends DataRecord> {
  Outcome apply(R record, TeacherCalls calls) throws InterruptedException;

  /** For records of any kind. */
  static RecordOperator onRecords(TeacherWork<DataRecord> work) {
    return (record, context) -> {
      if (record.failure().isPresent()) {
        return Outcome.keep(record);
      }
      TeacherCalls calls = new TeacherCalls(context);
      try {
        return work.apply(record, calls);
      } catch (GenerationException e) {
        return Outcome.keep(calls.stamp(record.failed(String.valueOf(e.getMessage()))));
      }
    };
  }

  /** For chats; a record of another kind fails. */
  static RecordOperator onChats(TeacherWork<ChatRecord> work) {
    return onRecords((record, calls) -> {
      if (!(record instanceof ChatRecord chat)) {
        throw new GenerationException(
            "this operator works on chats, the record is a "
                + record.getClass().getSimpleName()
                + "; convert it to a chat first");
      }
      return work.apply(chat, calls);
    });
  }
}
