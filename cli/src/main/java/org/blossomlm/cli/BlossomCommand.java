package org.blossomlm.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that holds all others. All texts are in {@code messages.properties}. */
@Command(
    name = "blossom",
    mixinStandardHelpOptions = true,
    versionProvider = BlossomCommand.Version.class,
    sortOptions = false)
final class BlossomCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  /** Read by {@link Main} before parsing. */
  @Option(names = "--debug", scope = ScopeType.INHERIT)
  boolean debug;

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    CommandLine commandLine = spec.commandLine();
    commandLine.usage(commandLine.getErr());
    return ExitCode.USAGE.status();
  }

  /** {@link #version()} for picocli. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {version()};
    }
  }

  /** The name of the program and the version of the jar that is running. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return "blossom " + (version == null ? "(development)" : version);
  }
}
