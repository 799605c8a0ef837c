package org.blossomlm.data.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.blossomlm.data.DataException;
import org.blossomlm.data.recipe.BuiltInOperators;
import org.blossomlm.data.recipe.Recipe;
import org.blossomlm.data.run.RunEngine;
import org.blossomlm.data.run.StageWork;
import org.blossomlm.data.run.TeacherPool;

/**
 * Apache Spark. Further settings are system properties, as Spark reads them: {@code
 * -Dspark.executor.memory=8g}.
 */
public final class SparkEngine implements RunEngine {
  @Override
  public String name() {
    return "spark";
  }

  @Override
  public Opener on(String master) {
    return (recipe, folder, teachers, workers) -> open(master, recipe, teachers, workers);
  }

  private static Session open(String master, Recipe recipe, TeacherPool teachers, int workers) {
    String plan = StageWork.planOf(recipe, BuiltInOperators.catalog());
    JavaSparkContext spark = start(master, recipe.name());
    Optional<TeacherGate> gate = Optional.empty();
    try {
      if (!recipe.teachers().isEmpty()) {
        gate = Optional.of(TeacherGate.open(teachers, spark.getConf().get("spark.driver.host")));
      }
      var stages =
          new RemoteStage(
              spark.sc().applicationId(),
              plan,
              recipe.folder().toAbsolutePath().toString(),
              0,
              gate.map(open -> open.address().toString()).orElse(""),
              gate.map(TeacherGate::password).orElse(""),
              workers);
      return new SparkRun(spark, stages, gate);
    } catch (RuntimeException e) {
      gate.ifPresent(TeacherGate::close);
      spark.close();
      throw e;
    }
  }

  private static JavaSparkContext start(String master, String name) {
    boolean local = master.startsWith("local");
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("blossom " + name)
            .setIfMissing("spark.ui.enabled", "false")
            .setIfMissing("spark.ui.showConsoleProgress", "false")
            // Java's own: what travels is bytes, and few objects around them.
            .setIfMissing("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
    if (local) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1")
          .setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    } else {
      conf.setJars(ownJars());
    }
    try {
      return new JavaSparkContext(conf);
    } catch (RuntimeException e) {
      throw new DataException(
          "Spark cannot be started on %s: %s; allowed are local[N], spark://HOST:PORT, yarn and k8s://URL"
              .formatted(master, firstLine(e)),
          e);
    }
  }

  /** The program's jars, which executors lack; Spark's, which they have, lie in another folder. */
  private static String[] ownJars() {
    try {
      URI core = SparkContext.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      Path folder = Path.of(core).resolveSibling("");
      return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
          .map(Path::of)
          .filter(jar -> Files.isRegularFile(jar))
          .filter(jar -> !isIn(jar, folder))
          .map(Path::toString)
          .toArray(String[]::new);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isIn(Path jar, Path folder) {
    try {
      Path parent = jar.toRealPath().getParent();
      return parent != null && parent.equals(folder.toRealPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What Spark says, without its stack traces. */
  static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
