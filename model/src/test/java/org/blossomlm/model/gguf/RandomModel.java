package org.blossomlm.model.gguf;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.blossomlm.model.tensor.Tensor;
import org.blossomlm.model.tensor.TensorType;

/**
 * Small models of random metadata, of all types, and random tensors. The same seed, the same model.
 */
record RandomModel(GgufMetadata metadata, Map<String, Tensor> tensors) {
  private static final String[] TEXTS = {
    "", "llama", "你好，世界", "😀", "a\nb\u0000c", "\u2581the", "é\u0301", "x".repeat(300)
  };

  static RandomModel of(long seed) {
    return new Generator(new SplittableRandom(seed)).model();
  }

  GgufWriter writer() {
    var writer = new GgufWriter(metadata);
    tensors.values().forEach(writer::add);
    return writer;
  }

  private record Generator(SplittableRandom random) {
    RandomModel model() {
      GgufMetadata.Builder metadata = GgufMetadata.builder().put("general.architecture", "llama");
      if (random.nextBoolean()) {
        metadata.put("general.alignment", GgufValue.uint32(1L << random.nextInt(10)));
      }
      int pairs = random.nextInt(20);
      for (int i = 0; i < pairs; i++) {
        metadata.put("key." + i + "." + text(), value(3));
      }
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      int count = random.nextInt(6);
      for (int i = 0; i < count; i++) {
        Tensor tensor = tensor("blk." + i + ".weight");
        tensors.put(tensor.name(), tensor);
      }
      return new RandomModel(metadata.build(), tensors);
    }

    private String text() {
      return TEXTS[random.nextInt(TEXTS.length)];
    }

    private GgufValue value(int depth) {
      GgufValueType[] types = GgufValueType.values();
      return value(types[random.nextInt(types.length)], depth);
    }

    private GgufValue value(GgufValueType type, int depth) {
      return switch (type) {
        case UINT8 -> new GgufValue.Int(type, random.nextInt() & 0xFF);
        case INT8 -> new GgufValue.Int(type, (byte) random.nextInt());
        case UINT16 -> new GgufValue.Int(type, random.nextInt() & 0xFFFF);
        case INT16 -> new GgufValue.Int(type, (short) random.nextInt());
        case UINT32 -> new GgufValue.Int(type, random.nextInt() & 0xFFFF_FFFFL);
        case INT32 -> new GgufValue.Int(type, random.nextInt());
        case UINT64, INT64 -> new GgufValue.Int(type, random.nextLong());
        case FLOAT32 -> new GgufValue.Float32(Float.intBitsToFloat(random.nextInt()));
        case FLOAT64 -> new GgufValue.Float64(Double.longBitsToDouble(random.nextLong()));
        case BOOL -> new GgufValue.Bool(random.nextBoolean());
        case STRING -> new GgufValue.Text(text());
        case ARRAY -> array(depth);
      };
    }

    private GgufArray array(int depth) {
      GgufValueType[] types = GgufValueType.values();
      GgufValueType type = types[random.nextInt(types.length)];
      if (type == GgufValueType.ARRAY && depth == 0) {
        type = GgufValueType.INT32;
      }
      List<GgufValue> values = new ArrayList<>();
      int length = random.nextInt(6);
      for (int i = 0; i < length; i++) {
        values.add(value(type, depth - 1));
      }
      return GgufArray.of(type, values);
    }

    private Tensor tensor(String name) {
      TensorType[] types = TensorType.values();
      TensorType type = types[random.nextInt(types.length)];
      List<Long> dimensions = new ArrayList<>();
      int count = random.nextInt(5);
      if (count == 0 && type.blockElements() > 1) {
        count = 1;
      }
      for (int i = 0; i < count; i++) {
        long unit = i == 0 ? type.blockElements() : 1;
        dimensions.add(unit * random.nextLong(1, 4));
      }
      long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
      var data = new byte[Math.toIntExact(type.bytes(elements))];
      random.nextBytes(data);
      return new Tensor(name, type, dimensions, MemorySegment.ofArray(data).asReadOnly());
    }
  }
}
