package org.blossomlm.cli;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.blossomlm.cli.files.UserPath;
import org.blossomlm.data.view.DataView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves a page that shows records, until it is interrupted. */
@Command(name = "view", mixinStandardHelpOptions = true, sortOptions = false)
final class DataViewCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;

  private final Application application;

  @Parameters(index = "0..*", arity = "1..*", paramLabel = "FILE|RUN_FOLDER")
  private List<String> files = new ArrayList<>();

  @Option(names = "--port", paramLabel = "N")
  private Optional<Integer> port = Optional.empty();

  @Option(names = "--no-open")
  private boolean noOpen;

  DataViewCommand(Application application) {
    this.application = application;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (port.isPresent() && (port.get() < 0 || port.get() > MAX_PORT)) {
      throw CommandException.usage(
          application.text("parameter.invalid", "--port", port.get(), "0 … " + MAX_PORT));
    }
    List<String> paths = files.stream().map(name -> UserPath.of(name).toString()).toList();
    var ended = new CountDownLatch(1);
    try (DataView view =
        DataView.open(paths, port.isPresent() ? OptionalInt.of(port.get()) : OptionalInt.empty())) {
      application.streams().out().println(application.text("data.view", view.address()));
      Thread hook = new Thread(ended::countDown, "stop-data-view");
      Runtime.getRuntime().addShutdownHook(hook);
      if (!noOpen) {
        open(view.address());
      }
      try {
        ended.await();
      } finally {
        forget(hook);
      }
    }
    return ExitCode.OK.status();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is at work: the program is ending.
      return;
    }
  }

  /** In the browser, where there is a screen; the address was printed anyway. */
  private void open(URI address) {
    List<String> command = browser(System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
    if (command.isEmpty()) {
      return;
    }
    List<String> line = new ArrayList<>(command);
    line.add(address.toString());
    try {
      new ProcessBuilder(line)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      System.getLogger(DataViewCommand.class.getName())
          .log(System.Logger.Level.DEBUG, "no browser was opened", e);
    }
  }

  private List<String> browser(String system) {
    if (system.startsWith("mac")) {
      return List.of("open");
    }
    if (system.startsWith("windows")) {
      return List.of("rundll32", "url.dll,FileProtocolHandler");
    }
    boolean screen =
        application.environment().containsKey("DISPLAY")
            || application.environment().containsKey("WAYLAND_DISPLAY");
    return screen ? List.of("xdg-open") : List.of();
  }
}
