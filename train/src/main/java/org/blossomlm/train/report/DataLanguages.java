package org.blossomlm.train.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.blossomlm.data.ChatRecord;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.TextRecord;
import org.blossomlm.data.file.RecordReader;
import org.blossomlm.data.file.RecordStatistics;
import org.blossomlm.train.config.TrainConfig;

/** Which languages a model was taught in, by the first records of each source. */
final class DataLanguages {
  private static final int LOOKED_AT = 500;
  private static final double LEAST_SHARE = 0.05;
  private static final List<String> NAMED = List.of("zh", "en", "ja", "ko");

  private DataLanguages() {}

  /** Codes, the most frequent first. */
  static List<String> of(List<TrainConfig.Stage> stages) {
    Map<String, Double> counts = new LinkedHashMap<>();
    for (TrainConfig.Stage stage : stages) {
      for (TrainConfig.Data data : stage.data()) {
        count(data, counts);
      }
    }
    double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
    return counts.entrySet().stream()
        .filter(each -> NAMED.contains(each.getKey()) && each.getValue() >= LEAST_SHARE * all)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void count(TrainConfig.Data data, Map<String, Double> counts) {
    try (RecordReader reader = data.source().open(false)) {
      int seen = 0;
      for (Optional<DataRecord> record = reader.next();
          record.isPresent() && seen < LOOKED_AT;
          record = reader.next()) {
        String language = RecordStatistics.language(texts(record.get())).replaceFirst("-.*", "");
        if (language.equals("mixed")) {
          counts.merge("zh", data.weight() / 2, Double::sum);
          counts.merge("en", data.weight() / 2, Double::sum);
        } else {
          counts.merge(language, data.weight(), Double::sum);
        }
        seen++;
      }
    }
  }

  private static List<String> texts(DataRecord record) {
    List<String> texts = new ArrayList<>();
    if (record instanceof ChatRecord chat) {
      chat.messages().forEach(message -> texts.add(String.valueOf(message.content())));
    } else if (record instanceof TextRecord text) {
      texts.add(text.text());
    }
    return texts;
  }
}
