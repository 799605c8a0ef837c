package org.blossomlm.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.blossomlm.data.filter.OneOperator.chat;
import static org.blossomlm.data.filter.OneOperator.row;
import static org.blossomlm.data.filter.OneOperator.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.blossomlm.data.DataRecord;
import org.blossomlm.data.filter.OneOperator;
import org.blossomlm.data.filter.SharedDatasets;
import org.blossomlm.data.operator.OperatorSpec;
import org.junit.jupiter.api.Test;

class DedupOperatorsTest {
  private static final String STORY =
      "Once upon a time there lived a miller who had three sons, a mill, a donkey and a cat. The"
          + " sons had to grind the corn, the donkey had to carry it, and the cat caught the mice.";
  private static final String GESCHICHTE = "从前有一个磨坊主，他有三个儿子、一座磨坊、一头驴和一只猫。儿子们必须磨面，驴必须运粮，而猫则负责捉老鼠。";

  @Test
  void everyOperatorHasANameOfItsOwnAndDescribesItself() {
    assertThat(DedupOperators.all())
        .extracting(OperatorSpec::name)
        .doesNotHaveDuplicates()
        .containsExactly(
            "exact_dedup",
            "minhash_dedup",
            "semantic_dedup",
            "train_validation_split",
            "decontaminate",
            "shuffle",
            "sample",
            "balance",
            "mix");
    assertThat(DedupOperators.all()).allSatisfy(s -> assertThat(s.summary()).endsWith("."));
  }

  @Test
  void exactCopiesGoAndNameTheOneThatStays() {
    OneOperator.Result result =
        OneOperator.of("exact_dedup")
            .run(text("1", "Hello  World"), text("2", "ｈｅｌｌｏ world\n"), text("3", "hello, world"));
    assertThat(result.keptIds()).containsExactly("1", "3");
    assertThat(result.reasons()).containsExactly("duplicate");
    assertThat(result.dropped().getFirst().head().metadata()).containsEntry("duplicate_of", "1");
    assertThat(result.counts()).containsEntry("clusters of duplicates", 1L);
    assertThat(
            OneOperator.of("exact_dedup", "normalize", "tokens")
                .run(text("1", "Hello  World"), text("2", "hello, world!"))
                .keptIds())
        .containsExactly("1");
    assertThat(
            OneOperator.of("exact_dedup", "normalize", "none")
                .run(text("1", "a"), text("2", "A"), text("3", "a"))
                .keptIds())
        .containsExactly("1", "2");
  }

  @Test
  void emptyAndFailedRecordsAreNoCopiesOfEachOther() {
    List<DataRecord> records =
        List.of(text("1", ""), text("2", " "), text("3", "a").failed("x"), text("4", "a"));
    for (String name : List.of("exact_dedup", "minhash_dedup")) {
      assertThat(OneOperator.of(name).run(records).keptIds())
          .as(name)
          .containsExactly("1", "2", "3", "4");
    }
  }

  @Test
  void rolesAndFieldsNarrowWhatIsCompared() {
    assertThat(
            OneOperator.of("exact_dedup", "roles", List.of("user"))
                .run(chat("1", "q", "a"), chat("2", "q", "b"))
                .keptIds())
        .containsExactly("1");
    assertThat(
            OneOperator.of("exact_dedup", "fields", List.of("q"))
                .run(row("1", "q", "x", "a", "1"), row("2", "q", "x", "a", "2"))
                .keptIds())
        .containsExactly("1");
  }

  @Test
  void nearCopiesGoInBothLanguages() {
    OneOperator.Result result =
        OneOperator.of("minhash_dedup")
            .run(
                text("en", STORY),
                text("en2", STORY.replace("a mill,", "an old mill,")),
                text("zh", GESCHICHTE),
                text("zh2", GESCHICHTE.replace("负责", "")),
                text("other", "The wolf ate the grandmother, put on her clothes and waited."),
                text("其他", "狼吃掉了外婆，穿上她的衣服，躺在床上等着小红帽。"));
    assertThat(result.keptIds()).containsExactly("en", "zh", "other", "其他");
    assertThat(result.reasons()).containsOnly("near duplicate").hasSize(2);
  }

  @Test
  void problemsThatDifferInANumberAreDifferentUnlessAskedOtherwise() {
    String problem =
        "A farmer has 12 cows and each of them gives twenty litres of milk a day, which he sells at"
            + " the market of the town for two coins a litre. How much does he earn in a week?";
    List<DataRecord> records = List.of(text("1", problem), text("2", problem.replace("12", "15")));
    assertThat(OneOperator.of("minhash_dedup").run(records).kept()).hasSize(2);
    assertThat(OneOperator.of("minhash_dedup", "same_numbers", false).run(records).keptIds())
        .containsExactly("1");
    assertThat(
            OneOperator.of("minhash_dedup")
                .run(text("1", "计算：12 + 5 = ？"), text("2", "计算：12 - 5 = ？"), text("3", "计算 12+5＝?"))
                .keptIds())
        .containsExactly("1", "2");
  }

  @Test
  void theRuleSaysWhichOneStays() {
    List<DataRecord> records =
        List.of(
            text("short", STORY).withMetadata("score", 1),
            text("long", STORY + " The end.").withMetadata("score", 2),
            text("best", STORY + ".").withMetadata("score", 3));
    assertThat(OneOperator.of("minhash_dedup").run(records).keptIds()).containsExactly("short");
    assertThat(OneOperator.of("minhash_dedup", "keep", "longest").run(records).keptIds())
        .containsExactly("long");
    assertThat(
            OneOperator.of("minhash_dedup", "keep", "score", "score", "score")
                .run(records)
                .keptIds())
        .containsExactly("best");
    assertThatThrownBy(() -> OneOperator.of("minhash_dedup", "keep", "score"))
        .hasMessageContaining("needs the parameter score");
    OneOperator.Result marked = OneOperator.of("minhash_dedup", "action", "mark").run(records);
    assertThat(marked.keptIds()).containsExactly("short", "long", "best");
    assertThat(marked.kept().get(1).head().metadata()).containsEntry("duplicate_of", "short");
  }

  @Test
  void manyCopiesOfManyTextsLeaveOneOfEach() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      List<String> words = new ArrayList<>();
      for (int w = 0; w < 80; w++) {
        words.add("w" + (char) ('a' + random.nextInt(26)) + (char) ('a' + random.nextInt(26)));
      }
      for (int copy = 0; copy < 30; copy++) {
        List<String> changed = new ArrayList<>(words);
        // Two words less of eighty leave at least 72 of 78 + 6 shingles.
        changed.remove(random.nextInt(changed.size()));
        records.add(text(i + "/" + copy, String.join(" ", changed)));
      }
    }
    OneOperator.Result result = OneOperator.seeded(seed, "minhash_dedup").run(records);
    assertThat(result.keptIds())
        .as("seed %d", seed)
        .containsExactlyElementsOf(IntStream.range(0, 40).mapToObj(i -> i + "/0").toList());
  }

  @Test
  void semanticDuplicatesAreThoseWithVectorsOfTheSameDirection() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<DataRecord> records = new ArrayList<>();
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      double[] vector = random.doubles(64, -1, 1).toArray();
      for (int copy = 0; copy < 3; copy++) {
        List<Double> noisy = new ArrayList<>();
        for (double x : vector) {
          noisy.add((x + random.nextGaussian() * 0.02) * (copy + 1));
        }
        records.add(text(i + "/" + copy, "t").withMetadata("embedding", noisy));
      }
      expected.add(i + "/0");
    }
    records.add(text("none", "t"));
    expected.add("none");
    OneOperator.Result result = OneOperator.seeded(seed, "semantic_dedup").run(records);
    assertThat(new HashSet<>(result.keptIds())).as("seed %d", seed).isEqualTo(expected);
    assertThatThrownBy(() ->
            OneOperator.of("semantic_dedup")
                .run(text("1", "t").withMetadata("embedding", List.of("a"))))
        .hasMessageContaining("embedding of 1 is not a list of numbers");
  }

  /** As small models make them: all in one part of the space. */
  @Test
  void semanticDeduplicationFindsWhatComparingEverythingFinds() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    double[] common = random.doubles(96, -1, 1).toArray();
    List<double[]> vectors = new ArrayList<>();
    List<DataRecord> records = new ArrayList<>();
    List<double[]> stays = new ArrayList<>();
    List<String> staysIn = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      double[] vector = new double[96];
      double[] base = i > 0 && random.nextInt(3) == 0 ? vectors.get(random.nextInt(i)) : null;
      double noise = 0.05 + 0.35 * random.nextDouble();
      for (int k = 0; k < vector.length; k++) {
        vector[k] =
            base == null
                ? 1.2 * common[k] + random.nextDouble(-1, 1)
                : base[k] + noise * random.nextGaussian();
      }
      vectors.add(vector);
      String language = i % 2 == 0 ? "zh" : "en";
      boolean gone = false;
      for (int k = 0; k < stays.size() && !gone; k++) {
        gone =
            staysIn.get(k).equals(language)
                && cosine(vector, stays.get(k)) >= (language.equals("zh") ? 0.9 : 0.94);
      }
      if (!gone) {
        stays.add(vector);
        staysIn.add(language);
        expected.add("r" + i);
      }
      List<Double> values = new ArrayList<>();
      for (double x : vector) {
        values.add(x);
      }
      records.add(
          text("r" + i, "t")
              .withMetadata("embedding", values)
              .withMetadata("embedding_language", language));
    }
    OneOperator.Result result =
        OneOperator.seeded(seed, "semantic_dedup", "thresholds", Map.of("zh", 0.9, "en", 0.94))
            .run(records);
    assertThat(expected).hasSizeBetween(1000, 2990);
    assertThat(result.keptIds()).as("seed %d", seed).isEqualTo(expected);
  }

  private static double cosine(double[] a, double[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  @Test
  void whatIsAlikeOnlyThroughAnotherStays() {
    OneOperator.Result result =
        OneOperator.of("semantic_dedup", "threshold", 0.9)
            .run(
                text("a", "t").withMetadata("embedding", List.of(1.0, 0.0)),
                text("b", "t").withMetadata("embedding", List.of(0.95, 0.3)),
                text("c", "t").withMetadata("embedding", List.of(0.8, 0.6)));
    assertThat(result.keptIds()).containsExactly("a", "c");
    assertThatThrownBy(() ->
            OneOperator.of("semantic_dedup")
                .run(
                    text("a", "t").withMetadata("embedding", List.of(1.0, 0.0)),
                    text("b", "t").withMetadata("embedding", List.of(1.0, 0.0, 0.0))))
        .hasMessageContaining("different models");
    assertThatThrownBy(() -> OneOperator.of("semantic_dedup", "thresholds", Map.of("en", 9)))
        .hasMessageContaining("thresholds: en is 9");
  }

  @Test
  void talHasTheSameProblemsInTrainingAndTest() {
    assertThat(sharedTexts("ch")).isEqualTo(136);
    assertThat(sharedTexts("en")).isEqualTo(27);
  }

  /** How many texts of the training data exact deduplication finds in the test data again. */
  private static int sharedTexts(String language) {
    List<DataRecord> records = new ArrayList<>();
    for (String split : List.of("train_3K", "test_2K")) {
      List<String> problems =
          SharedDatasets.strings(
              "tal_scq5k/" + language + "_single_choice_" + split + ".jsonl", "problem");
      for (int i = 0; i < problems.size(); i++) {
        records.add(row(split + "/" + i, "problem", problems.get(i)));
      }
    }
    OneOperator.Result result = OneOperator.of("exact_dedup", "normalize", "none").run(records);
    Set<Object> found = new HashSet<>();
    for (DataRecord dropped : result.dropped()) {
      Object original = dropped.head().metadata().get("duplicate_of");
      if (dropped.id().startsWith("test") && String.valueOf(original).startsWith("train")) {
        found.add(original);
      }
    }
    return found.size();
  }

  @Test
  void nearDuplicatesAreOnOneSideOfTheSplit() {
    List<DataRecord> records = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String base =
          "Problem number "
              + (char) ('a' + i % 26)
              + " of kind "
              + "xyzuvw".charAt(i / 26)
              + " asks "
              + STORY.substring(i, i + 60);
      records.add(text(i + "/0", base));
      records.add(text(i + "/1", base + "!"));
    }
    OneOperator.Result result =
        OneOperator.of("train_validation_split", "validation", 0.2).run(records);
    List<Object> marks = result.kept().stream().map(r -> r.head().metadata().get("split")).toList();
    for (int i = 0; i < 60; i++) {
      assertThat(marks.get(2 * i)).isEqualTo(marks.get(2 * i + 1));
    }
    assertThat(marks.stream().filter("validation"::equals).count()).isEqualTo(24);
    assertThat(OneOperator.of("train_validation_split", "validation", 0.2).run(records).kept())
        .isEqualTo(result.kept());
  }
}
