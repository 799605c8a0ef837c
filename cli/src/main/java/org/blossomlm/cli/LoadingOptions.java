package org.blossomlm.cli;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.blossomlm.engine.LoadOptions;
import org.blossomlm.engine.kernels.KvType;
import picocli.CommandLine.Option;

/** How a model is brought into memory, for the commands that let users choose. */
final class LoadingOptions {
  @Option(names = "--kernels", paramLabel = "NAME")
  private Optional<String> kernels = Optional.empty();

  @Option(names = "--kv-type", paramLabel = "f16|q8_0")
  private Optional<String> kvType = Optional.empty();

  @Option(names = "--no-pack")
  private boolean noPack;

  /**
   * @throws CommandException if there is no such type of keys and values
   */
  LoadOptions read(Application application) {
    KvType type =
        kvType
            .map(id ->
                KvType.of(id)
                    .orElseThrow(() ->
                        CommandException.usage(
                            application.text("parameter.invalid", "--kv-type", id, kvTypes()))))
            .orElse(LoadOptions.DEFAULT.kvType());
    return LoadOptions.DEFAULT.withKernels(kernels).withKvType(type).withPack(!noPack);
  }

  private static String kvTypes() {
    return Arrays.stream(KvType.values()).map(KvType::id).collect(Collectors.joining(" | "));
  }
}
