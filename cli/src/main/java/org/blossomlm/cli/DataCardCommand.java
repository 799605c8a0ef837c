package org.blossomlm.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.data.card.DatasetCard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the card of a data set. */
@Command(name = "card", mixinStandardHelpOptions = true, sortOptions = false)
final class DataCardCommand implements Callable<Integer> {
  private final Application application;

  @Parameters(index = "0", paramLabel = "RUN_FOLDER|FILE")
  private String subject = "";

  @Option(names = "--out", paramLabel = "FILE")
  private Optional<Path> out = Optional.empty();

  DataCardCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() {
    Path card = DatasetCard.write(UserPath.of(subject).toString(), out);
    application.streams().out().println(application.text("data.card", card));
    return ExitCode.OK.status();
  }
}
