package org.blossomlm.train.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.blossomlm.train.TrainException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code metrics.jsonl}: a line for each step and evaluation, which every tool that plots can read.
 * A run that goes on cuts off what lies behind its checkpoint.
 */
final class MetricsLog implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final FileChannel channel;

  MetricsLog(Path path) {
    this.path = path;
    try {
      this.channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.position(channel.size());
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  void step(StepReport report) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    put(line, "loss", report.loss());
    line.put("learning_rate", report.learningRate());
    put(line, "grad_norm", report.gradientNorm());
    line.put("tokens", report.tokens());
    line.put("learnt_tokens", report.learntTokens());
    line.put("seconds", report.seconds());
    line.put("tokens_per_second", report.tokensPerSecond());
    if (report.verdict() != SpikeGuard.Verdict.GOOD) {
      line.put("verdict", report.verdict().name());
    }
    write(line);
  }

  void evaluation(EvaluationReport report) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    put(line, "eval_loss", report.loss());
    put(line, "eval_perplexity", report.perplexity());
    line.put("eval_tokens", report.learntTokens());
    write(line);
  }

  /** JSON has no numbers for what is none. */
  private static void put(Map<String, Object> line, String key, double value) {
    line.put(key, Double.isFinite(value) ? (Object) value : String.valueOf(value));
  }

  private void write(Map<String, Object> line) {
    try {
      byte[] text = JSON.writeValueAsBytes(line);
      ByteBuffer bytes = ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  long length() {
    try {
      return channel.position();
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  void cut(long length) {
    try {
      channel.truncate(length);
      channel.position(channel.size());
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new TrainException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
