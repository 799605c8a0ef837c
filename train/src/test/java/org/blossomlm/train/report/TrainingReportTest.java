package org.blossomlm.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.blossomlm.train.TrainException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The report of a training run")
class TrainingReportTest {
  private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

  @TempDir Path folder;

  private static String html(Path run) throws Exception {
    return Files.readString(TrainingReport.write(run));
  }

  private static List<String> charts(String html) {
    return SVG.matcher(html).results().map(MatchResult::group).toList();
  }

  @Test
  void shows_curves_samples_data_checkpoints_machine_and_configuration() throws Exception {
    String html = html(Runs.example(folder));
    assertThat(charts(html)).hasSize(4);
    assertThat(html)
        .contains("<h1>example 示例</h1>")
        .contains("<b>400</b><span lang=\"en\">steps</span><span lang=\"zh\">步数</span>")
        .contains("<b>1:23:45</b>") // 5025 seconds in all
        .contains("<td>gsm8k</td><td>1</td><td>7,473</td><td>7,301</td><td>51</td>")
        .contains("<td>1,503,211</td><td>902,334</td><td>60 %</td>")
        .contains("<td>step-00000300</td><td>300</td><td>2.0</td>")
        .contains("<h4>中国的首都是哪里？</h4>")
        .contains("<pre>中国的首都是北京。</pre>")
        .contains("201 GFLOP/s")
        .contains("name: example\n")
        .contains("<tr><td>150</td><td>NaN</td>");
    // The best is marked once among evaluations and once among checkpoints.
    assertThat(html.split("class=\"best\"", -1)).hasSize(3);
  }

  @Test
  void has_nothing_from_outside_as_markup_and_refers_to_nothing() throws Exception {
    String html = html(Runs.example(folder));
    assertThat(html)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;{{body}}")
        .doesNotContain("<script>alert")
        .doesNotContain("http://", "https://", "src=", "@import", "url(");
    assertThat(html.split("<script>", -1)).hasSize(2);
  }

  @Test
  void says_everything_in_both_languages() throws Exception {
    String html = html(Runs.example(folder));
    assertThat(html.split("<span lang=\"en\">", -1).length)
        .isEqualTo(html.split("<span lang=\"zh\">", -1).length)
        .isGreaterThan(50);
  }

  @Test
  void draws_curves_inside_their_charts_with_gaps_where_the_loss_was_no_number() throws Exception {
    String loss = charts(html(Runs.example(folder))).getFirst();
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(loss.getBytes(StandardCharsets.UTF_8)));
    var lines = document.getElementsByTagName("polyline");
    // Two parts each of the raw and the smoothed loss, one of the evaluation.
    assertThat(lines.getLength()).isEqualTo(5);
    int points = 0;
    for (int i = 0; i < lines.getLength(); i++) {
      for (String point :
          lines.item(i).getAttributes().getNamedItem("points").getNodeValue().split(" ")) {
        String[] place = point.split(",");
        assertThat(Double.parseDouble(place[0])).isBetween(48.0, 628.0);
        assertThat(Double.parseDouble(place[1])).isBetween(10.0, 214.0);
        points++;
      }
    }
    assertThat(points).isEqualTo(399 + 399 + 8);
  }

  @Test
  void of_a_run_that_has_just_begun_says_so() throws Exception {
    assertThat(html(folder)).contains("No step was done yet.").doesNotContain("<svg");
    Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":2.5}\n{\"st");
    assertThat(charts(html(folder))).hasSize(1);
    assertThat(folder.resolve("loss.png")).exists();
  }

  @Test
  void takes_stages_in_folders_as_one_run() throws Exception {
    for (int stage : new int[] {2, 10, 1}) {
      Path inside = Files.createDirectories(folder.resolve("stage-" + stage));
      Files.writeString(
          inside.resolve("metrics.jsonl"),
          "{\"step\":1,\"loss\":%d}\n{\"step\":2,\"loss\":%1$d}\n".formatted(stage));
      Files.createDirectories(inside.resolve("checkpoints/step-00000002"));
      Files.writeString(
          inside.resolve("checkpoints/step-00000002/state.json"), "{\"best_step\":-1}");
    }
    ReportedRun run = new RunFiles(folder).read();
    assertThat(run.metrics().curve(Metrics.LOSS).values()).containsExactly(1, 1, 2, 2, 10, 10);
    assertThat(run.checkpoints())
        .extracting(SavedCheckpoint::name, SavedCheckpoint::step)
        .contains(org.assertj.core.groups.Tuple.tuple("stage-10/step-00000002", 6L));
  }

  @Test
  void of_a_folder_that_is_none_or_has_a_damaged_file_is_an_error() throws Exception {
    assertThatThrownBy(() -> TrainingReport.write(folder.resolve("absent")))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("is no folder of a training run");
    Files.writeString(folder.resolve("machine.json"), "{\"processor\":\"x\"}");
    assertThatThrownBy(() -> TrainingReport.write(folder))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("machine.json: is not as a run writes it");
  }

  @Test
  void forgets_answers_after_the_step_from_which_a_run_goes_on() throws Exception {
    Runs.example(folder);
    var files = new RunFiles(folder);
    files.cutSamples(100, 300);
    assertThat(files.read().samples())
        .extracting(SampleAnswer::step)
        .containsExactly(100L, 100L, 400L, 400L);
  }

  @Test
  void has_a_plot_of_the_loss_in_all_its_colours() throws Exception {
    TrainingReport.write(Runs.example(folder));
    BufferedImage plot = ImageIO.read(folder.resolve("loss.png").toFile());
    assertThat(plot.getWidth()).isEqualTo(1200);
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < plot.getHeight(); y++) {
      for (int x = 0; x < plot.getWidth(); x++) {
        colours.add(plot.getRGB(x, y) & 0xffffff);
      }
    }
    assertThat(colours).contains(0xf0c4d2, 0xc93f6c, 0x2f6fb5, 0xa0a0a0);
    assertThatThrownBy(() -> LossPlot.write(folder.resolve("x.png"), "x", Metrics.NONE))
        .hasMessageContaining("there is no loss to draw yet");
  }
}
