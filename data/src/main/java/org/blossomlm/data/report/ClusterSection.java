package org.blossomlm.data.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.blossomlm.data.format.JsonTree;
import org.blossomlm.data.run.RunResult;
import org.blossomlm.data.run.StepStatus;

/** The largest clusters of duplicates, as steps have left them in the folder of a run. */
final class ClusterSection {
  private static final int MOST_CLUSTERS = 20;

  private ClusterSection() {}

  static void write(RunResult result, Html page) throws IOException {
    boolean first = true;
    for (StepStatus step : result.steps()) {
      Path file = result.folder().resolve("clusters").resolve(step.name() + ".jsonl");
      List<Map<?, ?>> clusters = read(file);
      if (clusters.isEmpty()) {
        continue;
      }
      if (first) {
        page.heading(2, Html.label("Duplicates", "重复"));
        first = false;
      }
      write(step, clusters, page);
    }
  }

  private static List<Map<?, ?>> read(Path file) throws IOException {
    List<Map<?, ?>> clusters = new ArrayList<>();
    if (!Files.exists(file)) {
      return clusters;
    }
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine();
          line != null && clusters.size() < MOST_CLUSTERS;
          line = reader.readLine()) {
        if (JsonTree.parse(line) instanceof Map<?, ?> cluster) {
          clusters.add(cluster);
        }
      }
    }
    return clusters;
  }

  private static void write(StepStatus step, List<Map<?, ?>> clusters, Html page) {
    page.heading(3, Html.escaped(step.name()));
    long all = step.counts().getOrDefault("clusters of duplicates", 0L);
    long members = step.counts().getOrDefault("records in clusters", 0L);
    page.raw(
        "<p>"
            + Html.label(
                Html.number(all)
                    + " clusters with "
                    + Html.number(members)
                    + " records; the largest ones:",
                Html.number(all) + " 个簇，共 " + Html.number(members) + " 条记录；最大的几个：")
            + "</p>\n");
    for (Map<?, ?> cluster : clusters) {
      write(cluster, page);
    }
  }

  private static void write(Map<?, ?> cluster, Html page) {
    long size = cluster.get("size") instanceof Number number ? number.longValue() : 0;
    List<?> members = cluster.get("members") instanceof List<?> list ? list : List.of();
    StringBuilder inside = new StringBuilder();
    String title = "";
    boolean stays = true;
    for (Object each : members) {
      if (each instanceof Map<?, ?> member) {
        String text = String.valueOf(member.get("text"));
        title = stays ? text : title;
        inside.append(member(member, text, stays));
        stays = false;
      }
    }
    if (size > members.size()) {
      String more = Html.number(size - members.size());
      inside
          .append("<p class=\"soft\">")
          .append(Html.label("and " + more + " more", "另有 " + more + " 条"))
          .append("</p>");
    }
    page.details(
        "<b class=\"count\">"
            + Html.number(size)
            + "</b>"
            + "<span>"
            + Html.escaped(title(title))
            + "</span>",
        inside.toString());
  }

  /** What the record says first, without who says it and without its metadata. */
  private static String title(String text) {
    int metadata = text.indexOf("\nmetadata.");
    String said = metadata < 0 ? text : text.substring(0, metadata);
    return Html.beginning(said.replaceFirst("^(system|user|assistant|text|\\w{1,40}): ", ""), 200);
  }

  private static String member(Map<?, ?> member, String text, boolean stays) {
    double similarity =
        member.get("similarity") instanceof Number number ? number.doubleValue() : 0;
    return "<article class=\"member\"><h4>"
        + (stays
            ? "<em class=\"kept\">" + Html.label("stays", "保留") + "</em>"
            : "<em>" + String.format(Locale.ROOT, "%.0f %%", 100 * similarity) + "</em>")
        + Html.escaped(String.valueOf(member.get("id")))
        + "</h4><pre>"
        + Html.escaped(text)
        + "</pre></article>\n";
  }
}
