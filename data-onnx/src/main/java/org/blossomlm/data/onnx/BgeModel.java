package org.blossomlm.data.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.blossomlm.data.DataException;

/** One BERT encoder whose first output, that of {@code [CLS]}, is the vector of a text. */
final class BgeModel {
  /** What the model was trained with, {@code [CLS]} and {@code [SEP]} included. */
  private static final int LONGEST = 512;

  /** Further parts of a long text do not count, so that one record cannot take minutes. */
  private static final int MOST_PARTS = 16;

  private static final int LONGEST_COMMAND_LINE = 4000;

  private final String name;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final WordPieceTokenizer tokenizer;

  /** Each pass has one thread; more at once than cores would only take memory. */
  private final Semaphore cores = new Semaphore(Runtime.getRuntime().availableProcessors());

  private BgeModel(
      String name, OrtEnvironment environment, OrtSession session, WordPieceTokenizer tokenizer) {
    this.name = name;
    this.environment = environment;
    this.session = session;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads {@code NAME.onnx} and {@code NAME-tokenizer.json} from the class path.
   *
   * @throws DataException if they are not there, or ONNX Runtime does not run here
   */
  static BgeModel load(String name) {
    checkCommandLine(name);
    WordPieceTokenizer tokenizer =
        WordPieceTokenizer.read(name, resource(name + "-tokenizer.json"));
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1); // The same sums in the same order on every machine.
      options.setInterOpNumThreads(1);
      options.setMemoryPatternOptimization(false); // Lengths differ from text to text.
      return new BgeModel(
          name,
          environment,
          environment.createSession(resource(name + ".onnx"), options),
          tokenizer);
    } catch (OrtException | UnsatisfiedLinkError e) {
      throw new DataException(
          name + ": ONNX Runtime cannot run this model on this machine: " + e.getMessage(), e);
    }
  }

  /**
   * ONNX Runtime 1.29 reads the command line of its process into 4096 bytes and ends the process
   * with a segmentation fault where there are more; a long class path is enough.
   */
  private static void checkCommandLine(String name) {
    Path file = Path.of("/proc/self/cmdline");
    if (!Files.isReadable(file)) {
      return; // Another system than Linux.
    }
    try (InputStream in = Files.newInputStream(file)) {
      if (in.readNBytes(LONGEST_COMMAND_LINE + 1).length > LONGEST_COMMAND_LINE) {
        throw new DataException(
            name
                + ": ONNX Runtime would crash, since the command line of this process has more than "
                + LONGEST_COMMAND_LINE
                + " bytes; give the class path in the environment variable CLASSPATH instead of"
                + " -cp, and use fewer or shorter arguments");
      }
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static byte[] resource(String file) {
    try (InputStream in = BgeModel.class.getResourceAsStream("/" + file)) {
      if (in == null) {
        throw new DataException(
            file + " is not on the class path; get it with: ./blossom data fetch embeddings");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new DataException(file + ": the model cannot be read: " + e, e);
    }
  }

  /**
   * The vector of a text, of unit length. A text of more than 510 tokens is cut into parts of equal
   * length, whose vectors are averaged.
   */
  float[] embed(String text) {
    int[] tokens = tokenizer.encode(text, MOST_PARTS * (LONGEST - 2));
    int parts = Math.max(1, Math.ceilDiv(tokens.length, LONGEST - 2));
    float[] sum = new float[0];
    for (int part = 0; part < parts; part++) {
      int from = (int) ((long) tokens.length * part / parts);
      int to = (int) ((long) tokens.length * (part + 1) / parts);
      float[] vector = normalised(encode(Arrays.copyOfRange(tokens, from, to)));
      if (part == 0) {
        sum = vector;
      } else {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += vector[i];
        }
      }
    }
    return normalised(sum);
  }

  private float[] encode(int[] tokens) {
    int length = tokens.length + 2;
    long[][] ids = new long[1][length];
    ids[0][0] = tokenizer.first();
    for (int i = 0; i < tokens.length; i++) {
      ids[0][i + 1] = tokens[i];
    }
    ids[0][length - 1] = tokenizer.last();
    long[][] mask = new long[1][length];
    Arrays.fill(mask[0], 1);
    cores.acquireUninterruptibly();
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask);
        OnnxTensor typeTensor = OnnxTensor.createTensor(environment, new long[1][length]);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "input_ids", idTensor,
                    "attention_mask", maskTensor,
                    "token_type_ids", typeTensor))) {
      OnnxTensor states = (OnnxTensor) result.get(0);
      FloatBuffer values = states.getFloatBuffer();
      float[] vector = new float[(int) states.getInfo().getShape()[2]];
      values.get(vector);
      return vector;
    } catch (OrtException e) {
      throw new DataException(name + ": no vector could be made: " + e.getMessage(), e);
    } finally {
      cores.release();
    }
  }

  private static float[] normalised(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    if (squares == 0) {
      return vector;
    }
    float[] unit = new float[vector.length];
    double scale = 1 / Math.sqrt(squares);
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] * scale);
    }
    return unit;
  }
}
