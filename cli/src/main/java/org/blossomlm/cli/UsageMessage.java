package org.blossomlm.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.blossomlm.cli.terminal.Messages;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in the user's language; picocli knows it in English only. */
final class UsageMessage {
  private UsageMessage() {}

  static String of(ParameterException e, Messages messages) {
    return switch (e) {
      case MissingParameterException missing ->
          messages.text("error.missing", label(missing.getMissing().getFirst()));
      case UnmatchedArgumentException unmatched -> unmatched(unmatched, messages);
      case MutuallyExclusiveArgsException exclusive ->
          messages.text("error.exclusive", exclusiveOptions(exclusive));
      case OverwrittenOptionException twice ->
          messages.text("error.given-twice", label(twice.getOverwritten()));
      default -> invalid(e, messages);
    };
  }

  private static String unmatched(UnmatchedArgumentException e, Messages messages) {
    String unknown = messages.text("error.unknown-argument", e.getUnmatched().getFirst());
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    List<String> near =
        e.getSuggestions().stream()
            .map(name -> e.isUnknownOption() ? name : command + " " + name)
            .toList();
    return near.isEmpty()
        ? unknown
        : unknown + " " + messages.text("error.did-you-mean", String.join(", ", near));
  }

  private static String invalid(ParameterException e, Messages messages) {
    ArgSpec argument = e.getArgSpec();
    if (argument == null || e.getValue() == null) {
      return String.valueOf(e.getMessage());
    }
    String name = argument instanceof OptionSpec option ? option.longestName() : label(argument);
    return messages.text("parameter.invalid", name, e.getValue(), allowed(argument));
  }

  private static String allowed(ArgSpec argument) {
    Class<?> type = argument.auxiliaryTypes()[0];
    return type.isEnum()
        ? List.of(type.getEnumConstants()).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(" | "))
        : argument.paramLabel();
  }

  /** As the help spells it, such as {@code --text=TEXT} or {@code MODEL}. */
  private static String label(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return argument.paramLabel();
    }
    return option.arity().max() == 0
        ? option.longestName()
        : option.longestName() + "=" + option.paramLabel();
  }

  private static String exclusiveOptions(MutuallyExclusiveArgsException e) {
    return e.getCommandLine().getCommandSpec().argGroups().stream()
        .filter(ArgGroupSpec::exclusive)
        .flatMap(group -> group.args().stream())
        .map(argument -> label(argument))
        .collect(Collectors.joining(", "));
  }
}
