package io.lucerna.plugin.cli;

import io.lucerna.base.NearestNames;
import io.lucerna.base.TextFile;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.kohsuke.args4j.ClassParser;
import org.kohsuke.args4j.CmdLineException;
import org.kohsuke.args4j.CmdLineParser;
import org.kohsuke.args4j.NamedOptionDef;
import org.kohsuke.args4j.ParserProperties;
import org.kohsuke.args4j.spi.OneArgumentOptionHandler;
import org.kohsuke.args4j.spi.OptionHandler;

/** Parses a command's arguments with args4j, as Anserini does, and prints its help. */
public final class CommandLine {
  private static final Set<String> HELP = Set.of("-help", "--help", "-h", "-options", "--options");
  private static final Set<String> VERBOSE = Set.of("-verbose", "--verbose");
  private static final int WIDTH = 110;

  private final String name;
  private final Command command;
  private final CmdLineParser parser;
  private final Set<String> names = new TreeSet<>();
  private final Set<String> ofOneValue = new HashSet<>();

  public CommandLine(String name, Command command) {
    this.name = name;
    this.command = command;
    List<Object> beans = command.options();
    // An argument may start with @: it names no file of arguments.
    ParserProperties properties =
        ParserProperties.defaults()
            .withUsageWidth(WIDTH)
            .withOptionSorter(null)
            .withAtSyntax(false);
    this.parser =
        new CmdLineParser(beans.getFirst(), properties) {
          @Override
          protected boolean isOption(String argument) {
            return !argument.equals(TextFile.STANDARD_INPUT) && super.isOption(argument);
          }
        };
    for (Object bean : beans.subList(1, beans.size())) {
      new ClassParser().parse(bean, parser);
    }
    for (OptionHandler<?> handler : parser.getOptions()) {
      NamedOptionDef option = (NamedOptionDef) handler.option;
      names.add(option.name());
      names.addAll(List.of(option.aliases()));
      if (handler instanceof OneArgumentOptionHandler) {
        ofOneValue.add(option.name());
        ofOneValue.addAll(List.of(option.aliases()));
      }
    }
  }

  public static boolean asksForHelp(List<String> arguments) {
    return arguments.stream().anyMatch(HELP::contains);
  }

  public static boolean asksForDetails(List<String> arguments) {
    return arguments.stream().anyMatch(VERBOSE::contains);
  }

  /** Fills the command's beans. Two dashes mean the same as one. */
  public void parse(List<String> arguments) {
    List<String> plain =
        arguments.stream()
            .map(this::withOneDash)
            .filter(a -> names.contains(a) || !VERBOSE.contains(a))
            .toList();
    List<String> expanded = withStandardInput(command.expand(plain));
    try {
      parser.parseArgument(expanded);
    } catch (CmdLineException e) {
      throw new CommandException(
          ExitCode.USAGE,
          e.getMessage()
              + suggestion(expanded)
              + " (\"lucerna "
              + name
              + " -help\" lists the options)",
          e);
    }
  }

  /** The option most like the first one that does not exist, if one is like it. */
  private String suggestion(List<String> arguments) {
    return arguments.stream()
        .filter(a -> a.matches("-[A-Za-z].*") && !names.contains(a))
        .findFirst()
        .map(a -> NearestNames.hint(a, names))
        .orElse("");
  }

  /** Args4j takes a dash for an option unless it is the one value of one. */
  private List<String> withStandardInput(List<String> arguments) {
    List<String> all = new ArrayList<>();
    for (String argument : arguments) {
      boolean value = !all.isEmpty() && ofOneValue.contains(all.getLast());
      boolean input = argument.equals(TextFile.STANDARD_INPUT) && !value;
      all.add(input ? TextFile.STANDARD_INPUT_DEVICE : argument);
    }
    return all;
  }

  private String withOneDash(String argument) {
    boolean known = argument.startsWith("--") && names.contains(argument.substring(1));
    return known ? argument.substring(1) : argument;
  }

  /** Prints usage, options with their defaults, and an example. */
  public void printHelp(String description, PrintStream out) {
    out.println(description);
    out.println();
    out.println("Usage: lucerna " + name + " [options]" + arguments());
    out.println();
    StringWriter usage = new StringWriter();
    parser.printUsage(usage, null);
    out.print(usage);
    out.println(" -verbose : Say more, and print the trace of a failure");
    out.println(" -help (-h) : Print this");
    out.println("Two dashes mean the same as one.");
    out.println();
    out.println("Example: lucerna " + name + " " + command.example());
  }

  private String arguments() {
    StringBuilder text = new StringBuilder();
    for (OptionHandler<?> handler : parser.getArguments()) {
      text.append(' ').append(handler.getNameAndMeta(null, parser.getProperties()));
    }
    return text.toString();
  }
}
