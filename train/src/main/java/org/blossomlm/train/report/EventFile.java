package org.blossomlm.train.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.blossomlm.train.TrainException;
import org.blossomlm.train.loop.EvaluationReport;
import org.blossomlm.train.loop.StepReport;

/**
 * An event file of TensorBoard: records as TFRecord frames them, each an {@code Event} of
 * tensorflow/core/util/event.proto. A run that goes on starts another file beside those before,
 * which tells TensorBoard to forget what they hold from its first step on.
 *
 * <p>A record is a whole one or, where the program was killed, the last and left out by readers; so
 * nothing is held back.
 */
public final class EventFile implements AutoCloseable {
  // Fields of Event, Summary, Summary.Value and SessionLog.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int STATUS = 1;
  private static final int START = 1;

  // Wire types of Protocol Buffers.
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private final Path path;
  private final FileChannel channel;

  private EventFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Starts a file.
   *
   * @param folder of this run, made if there is none; TensorBoard takes its name for that of the
   *     run
   * @param firstStep that will be written: above 1 where a run goes on
   */
  public static EventFile create(Path folder, long firstStep) {
    return create(folder, firstStep, Instant.now());
  }

  static EventFile create(Path folder, long firstStep, Instant now) {
    try {
      Files.createDirectories(folder);
      EventFile file = open(folder, now);
      Message version = new Message().text(FILE_VERSION, "brain.Event:2");
      file.write(event(now, 0, version));
      if (firstStep > 1) {
        Message started = new Message().varint(STATUS, START);
        file.write(event(now, firstStep, new Message().message(SESSION_LOG, started)));
      }
      return file;
    } catch (IOException e) {
      throw new TrainException(folder + ": no event file can be made: " + e.getMessage(), e);
    }
  }

  /** Readers take the files of a folder in the order of their names. */
  private static EventFile open(Path folder, Instant now) throws IOException {
    for (int number = 0; ; number++) {
      String name =
          "events.out.tfevents.%010d.%s.%d.%d"
              .formatted(now.getEpochSecond(), hostName(), ProcessHandle.current().pid(), number);
      Path path = folder.resolve(name);
      try {
        return new EventFile(
            path, FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      } catch (FileAlreadyExistsException e) {
        // Of a run that began within the same second.
        System.getLogger(EventFile.class.getName()).log(System.Logger.Level.DEBUG, "{0}", name);
      }
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^\\w.-]", "_");
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  public Path path() {
    return path;
  }

  /**
   * What a step tells.
   *
   * @param before steps of the stages before
   */
  public void step(StepReport report, long before) {
    Message summary =
        new Message()
            .message(VALUE, value("train/loss", report.loss()))
            .message(VALUE, value("train/learning_rate", report.learningRate()))
            .message(VALUE, value("train/grad_norm", report.gradientNorm()))
            .message(VALUE, value("train/tokens_per_second", report.tokensPerSecond()));
    write(event(Instant.now(), before + report.step(), new Message().message(SUMMARY, summary)));
  }

  /**
   * What an evaluation tells.
   *
   * @param before steps of the stages before
   */
  public void evaluation(EvaluationReport report, long before) {
    Message summary =
        new Message()
            .message(VALUE, value("eval/loss", report.loss()))
            .message(VALUE, value("eval/perplexity", report.perplexity()));
    write(event(Instant.now(), before + report.step(), new Message().message(SUMMARY, summary)));
  }

  /**
   * Any other number.
   *
   * @param tag names the chart; charts with the same text before a slash stand together
   */
  public void scalar(String tag, long step, double value, Instant time) {
    Message summary = new Message().message(VALUE, value(tag, value));
    write(event(time, step, new Message().message(SUMMARY, summary)));
  }

  private static Message value(String tag, double value) {
    return new Message().text(TAG, tag).fixed32(SIMPLE_VALUE, (float) value);
  }

  private static Message event(Instant time, long step, Message what) {
    return new Message()
        .fixed64(WALL_TIME, time.getEpochSecond() + time.getNano() / 1e9)
        .varint(STEP, step)
        .append(what);
  }

  /** Length, its checksum, data, their checksum: all little-endian. */
  private void write(Message event) {
    byte[] data = event.bytes();
    ByteBuffer length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, data.length);
    ByteBuffer record =
        ByteBuffer.allocate(data.length + 16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length)
            .putInt(maskedChecksum(length.array()))
            .put(data)
            .putInt(maskedChecksum(data))
            .flip();
    try {
      while (record.hasRemaining()) {
        channel.write(record);
      }
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** Turned and moved, because checksums of data that hold checksums are weak. */
  private static int maskedChecksum(byte[] data) {
    var checksum = new CRC32C();
    checksum.update(data);
    return Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /** A message of Protocol Buffers, as far as events need it. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      key(field, VARINT);
      varint(value);
      return this;
    }

    Message fixed64(int field, double value) {
      key(field, FIXED64);
      bytes.writeBytes(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, value).array());
      return this;
    }

    Message fixed32(int field, float value) {
      key(field, FIXED32);
      bytes.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, value).array());
      return this;
    }

    Message text(int field, String text) {
      return data(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message inner) {
      return data(field, inner.bytes());
    }

    Message append(Message more) {
      bytes.writeBytes(more.bytes());
      return this;
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }

    private Message data(int field, byte[] data) {
      key(field, LENGTH);
      varint(data.length);
      bytes.writeBytes(data);
      return this;
    }

    private void key(int field, int wireType) {
      varint((long) field << 3 | wireType);
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
  }
}
