package org.blossomlm.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.blossomlm.cli.files.TextFile;
import org.blossomlm.cli.report.QuantizationReport;
import org.blossomlm.cli.terminal.ProgressBar;
import org.blossomlm.cli.terminal.StatusLine;
import org.blossomlm.model.gguf.GgufFile;
import org.blossomlm.model.quantize.ImportanceFiles;
import org.blossomlm.model.quantize.ImportanceMatrix;
import org.blossomlm.model.quantize.QuantizeOptions;
import org.blossomlm.model.quantize.Quantizer;
import org.blossomlm.model.quantize.Recipe;
import org.blossomlm.model.tensor.TensorType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a smaller GGUF file, or several. */
@Command(name = "quantize", mixinStandardHelpOptions = true, sortOptions = false)
final class QuantizeCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "IN")
  private String input = "";

  @Parameters(index = "1", paramLabel = "OUT")
  private Path output = Path.of("");

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "TYPE")
  private List<String> types = new ArrayList<>();

  @Option(names = "--imatrix", paramLabel = "FILE")
  private Optional<Path> imatrix = Optional.empty();

  @Option(names = "--tensor-type", paramLabel = "REGEX=TYPE")
  private List<String> rules = new ArrayList<>();

  @Option(names = "--output-tensor-type", paramLabel = "TYPE")
  private Optional<String> outputType = Optional.empty();

  @Option(names = "--token-embedding-type", paramLabel = "TYPE")
  private Optional<String> embeddingType = Optional.empty();

  @Option(names = "--pure")
  private boolean pure;

  @Option(names = "--allow-requantize")
  private boolean allowRequantize;

  @Option(names = "--keep-split")
  private boolean keepSplit;

  @Option(names = "--dry-run")
  private boolean dryRun;

  @Option(names = "--check", paramLabel = "TEXT")
  private Optional<Path> check = Optional.empty();

  @Option(names = "--check-chunks", paramLabel = "N")
  private int checkChunks;

  @Option(names = "--threads", paramLabel = "N")
  private int threads;

  QuantizeCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws IOException {
    Path path = ModelPath.resolve(input, application.messages());
    Map<Recipe, Path> targets = targets(path);
    // Read before the long work begins, so that a wrong name is found now.
    Optional<String> text = Optional.empty();
    if (check.isPresent()) {
      text = Optional.of(TextFile.read(check.get()));
    }
    Optional<ImportanceMatrix> importance = imatrix.map(ImportanceFiles::read);
    Map<Recipe, Path> written = new LinkedHashMap<>();
    try (GgufFile source = GgufFile.open(path)) {
      // All plans are made before anything is written: what is refused is refused at once.
      Map<Recipe, Quantizer> work = new LinkedHashMap<>();
      targets.forEach(
          (recipe, target) -> work.put(recipe, new Quantizer(source, options(recipe, importance))));
      for (Map.Entry<Recipe, Quantizer> entry : work.entrySet()) {
        Path target = targets.getOrDefault(entry.getKey(), output);
        written.put(entry.getKey(), quantize(entry.getKey(), entry.getValue(), target));
      }
    }
    if (text.isPresent() && !dryRun) {
      new QuantizationCheck(application, threads).print(path, written, text.get(), checkChunks);
    }
    return ExitCode.OK.status();
  }

  private Path quantize(Recipe recipe, Quantizer quantizer, Path target) {
    var report = new QuantizationReport(quantizer.plan(), application.messages());
    if (dryRun) {
      print(application.text("quantize.dry-run", recipe, target) + "\n");
      print(report.tensors());
      print(report.summary());
      return target;
    }
    List<Path> files;
    try (StatusLine status = application.statusLine()) {
      var bar = new ProgressBar();
      status.begin();
      files =
          quantizer.write(
              target, (tensor, done, total) -> status.show(bar.text(done, total, tensor)));
    }
    print(
        application.text(
                "quantize.written",
                recipe,
                files.stream().map(Path::toString).collect(Collectors.joining(", ")))
            + "\n");
    print(report.summary());
    return files.getFirst();
  }

  private void print(String text) {
    application.streams().out().print(text);
  }

  /** Where each type goes; names are made up where OUT is a folder. */
  private Map<Recipe, Path> targets(Path path) {
    List<Recipe> recipes = types.stream().map(this::recipe).distinct().toList();
    if (!Files.isDirectory(output)) {
      if (recipes.size() > 1) {
        throw CommandException.usage(application.text("quantize.several-need-folder", output));
      }
      return Map.of(recipes.getFirst(), output);
    }
    String name =
        String.valueOf(path.getFileName())
            .replaceFirst("(-\\d{5}-of-\\d{5})?\\.gguf$", "")
            .replaceFirst("(?i)[-.](f32|f16|bf16|fp16|fp32)$", "");
    Map<Recipe, Path> targets = new LinkedHashMap<>();
    recipes.forEach(recipe -> targets.put(recipe, output.resolve(name + "-" + recipe + ".gguf")));
    return targets;
  }

  private Recipe recipe(String name) {
    return Recipe.find(name)
        .orElseThrow(() ->
            CommandException.usage(
                application.text("quantize.unknown-type", name, names(Recipe.values()))));
  }

  private TensorType tensorType(String name) {
    return Arrays.stream(TensorType.values())
        .filter(type -> type.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            CommandException.usage(
                application.text("quantize.unknown-type", name, names(TensorType.values()))));
  }

  private static String names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).collect(Collectors.joining(", "));
  }

  private QuantizeOptions options(Recipe recipe, Optional<ImportanceMatrix> importance) {
    if (threads < 0) {
      throw CommandException.usage(application.text("quantize.bad-threads", threads));
    }
    return new QuantizeOptions(
        recipe,
        pure,
        rules.stream().map(this::rule).toList(),
        outputType.map(this::tensorType),
        embeddingType.map(this::tensorType),
        importance,
        imatrix.map(file -> String.valueOf(file.getFileName())).orElse(""),
        allowRequantize,
        keepSplit,
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  private QuantizeOptions.TypeRule rule(String rule) {
    int at = rule.lastIndexOf('=');
    if (at < 1) {
      throw CommandException.usage(application.text("quantize.bad-rule", rule));
    }
    String regex = rule.substring(0, at);
    try {
      return new QuantizeOptions.TypeRule(
          Pattern.compile(regex), tensorType(rule.substring(at + 1).toUpperCase(Locale.ROOT)));
    } catch (PatternSyntaxException e) {
      throw CommandException.usage(
          application.text("quantize.bad-regex", regex, e.getDescription()));
    }
  }
}
