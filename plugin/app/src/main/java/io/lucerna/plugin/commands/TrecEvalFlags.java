package io.lucerna.plugin.commands;

import io.lucerna.base.NearestNames;
import io.lucerna.base.TextFile;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * trec_eval's command line, in all forms of C's {@code getopt_long}: flags joined to their values
 * ({@code -l2}) and to each other ({@code -qc}), long names and what is enough of them, flags after
 * the files, and {@code --} before files only.
 */
final class TrecEvalFlags {
  private enum Flag {
    QUERIES('q', "query_eval_wanted", false),
    MEASURE('m', "measure", true),
    COMPLETE('c', "complete_rel_info_wanted", false),
    LEVEL('l', "level_for_rel", true),
    NO_SUMMARY('n', "nosummary", false),
    JUDGED_ONLY('J', "Judged_docs_only", false),
    COLLECTION_SIZE('N', "Number_docs_in_coll", true),
    MAX_DOCS('M', "Max_retrieved_per_topic", true),
    QRELS_FORMAT('R', "Rel_info_format", true),
    RUN_FORMAT('T', "Results_format", true),
    HELP('h', "help", false),
    VERSION('v', "version", false),
    DEBUG('D', "Debug_level", true),
    OLD_FORMAT('o', "Output_old_results_format", false),
    Z_SCORES('Z', "Zscore", true);

    private final char letter;
    private final String longName;
    private final boolean takesValue;

    Flag(char letter, String longName, boolean takesValue) {
      this.letter = letter;
      this.longName = longName;
      this.takesValue = takesValue;
    }
  }

  private static final Set<Flag> UNKNOWN =
      EnumSet.of(Flag.HELP, Flag.VERSION, Flag.DEBUG, Flag.OLD_FORMAT, Flag.Z_SCORES);

  /** Options of ours, which trec_eval does not know, with one value each. */
  private final List<String> own;

  private final List<String> plain = new ArrayList<>();
  private final List<String> files = new ArrayList<>();

  private TrecEvalFlags(List<String> own) {
    this.own = own;
  }

  /**
   * The same arguments with one flag in each, apart from its value, and the files last.
   *
   * @param own the options, with one value each, that trec_eval does not know
   */
  static List<String> expand(List<String> arguments, List<String> own) {
    TrecEvalFlags flags = new TrecEvalFlags(own);
    int at = 0;
    while (at < arguments.size()) {
      at = flags.take(arguments, at);
    }
    List<String> all = new ArrayList<>(flags.plain);
    all.addAll(flags.files);
    return all;
  }

  /** Takes the argument at a place and its value; returns the place of the next. */
  private int take(List<String> arguments, int at) {
    String argument = arguments.get(at);
    if (argument.equals("--")) {
      arguments.subList(at + 1, arguments.size()).forEach(this::file);
      return arguments.size();
    }
    if (own.contains(argument)) {
      plain.add(argument);
      if (at + 1 < arguments.size()) {
        plain.add(arguments.get(at + 1));
      }
      return at + 2;
    }
    if (argument.startsWith("--")) {
      return longFlag(arguments, at);
    }
    if (argument.startsWith("-") && !argument.equals(TextFile.STANDARD_INPUT)) {
      return letters(arguments, at);
    }
    file(argument);
    return at + 1;
  }

  private void file(String name) {
    boolean likeAFlag = name.startsWith("-") && !name.equals(TextFile.STANDARD_INPUT);
    files.add(likeAFlag ? "./" + name : name);
  }

  private int letters(List<String> arguments, int at) {
    String argument = arguments.get(at);
    for (int i = 1; i < argument.length(); i++) {
      Flag flag = flag(argument.charAt(i), argument);
      if (flag.takesValue) {
        return i + 1 < argument.length()
            ? add(flag, argument.substring(i + 1), at + 1)
            : add(flag, arguments, at + 1);
      }
      add(flag, "", at);
    }
    return at + 1;
  }

  private Flag flag(char letter, String argument) {
    Optional<Flag> flag =
        Arrays.stream(Flag.values()).filter(one -> one.letter == letter).findFirst();
    // What is not a flag may be an option of ours with a typing error.
    String hint = argument.length() > 2 ? NearestNames.hint(argument, own) : "";
    if (flag.isEmpty()) {
      throw usage(
          String.format(
              Locale.ROOT,
              "'%s' has no flag -%c%s; trec_eval's flags are -q, -m, -c, -l, -n, -J, -N, -M",
              argument,
              letter,
              hint));
    }
    if (UNKNOWN.contains(flag.get())) {
      throw usage("'" + argument + "': " + unknown(flag.get()) + hint);
    }
    return flag.get();
  }

  private static String unknown(Flag flag) {
    return flag == Flag.VERSION
        ? "-v is trec_eval's; \"lucerna -version\" prints the versions"
        : String.format(
            Locale.ROOT, "trec_eval's -%c (%s) is not supported here", flag.letter, flag.longName);
  }

  private int longFlag(List<String> arguments, int at) {
    String argument = arguments.get(at);
    int equals = argument.indexOf('=');
    String name = argument.substring(2, equals < 0 ? argument.length() : equals);
    List<Flag> meant =
        Arrays.stream(Flag.values()).filter(flag -> flag.longName.startsWith(name)).toList();
    if (meant.size() != 1) {
      List<String> names = Arrays.stream(Flag.values()).map(flag -> "--" + flag.longName).toList();
      throw usage(
          meant.isEmpty()
              ? "there is no flag --" + name + NearestNames.hint("--" + name, names)
              : "--"
                  + name
                  + " may be "
                  + meant.stream()
                      .map(flag -> "--" + flag.longName)
                      .collect(Collectors.joining(" or ")));
    }
    Flag flag = meant.getFirst();
    if (!flag.takesValue && equals >= 0) {
      throw usage("--" + flag.longName + " takes no value");
    }
    if (equals >= 0) {
      return add(flag, argument.substring(equals + 1), at + 1);
    }
    return flag.takesValue ? add(flag, arguments, at + 1) : add(flag, "", at + 1);
  }

  private int add(Flag flag, List<String> arguments, int at) {
    if (at == arguments.size()) {
      throw usage("-" + flag.letter + " needs a value");
    }
    return add(flag, arguments.get(at), at + 1);
  }

  private int add(Flag flag, String value, int next) {
    switch (flag) {
      case QRELS_FORMAT -> format(flag, value, "qrels");
      case RUN_FORMAT -> format(flag, value, "trec_results");
      case VERSION, HELP, DEBUG, OLD_FORMAT, Z_SCORES -> throw usage(unknown(flag));
      default -> {
        plain.add("-" + flag.letter);
        if (flag.takesValue) {
          plain.add(value);
        }
      }
    }
    return next;
  }

  private static void format(Flag flag, String value, String known) {
    if (!value.equals(known)) {
      throw usage("-" + flag.letter + " " + value + ": the only format known is " + known);
    }
  }

  private static CommandException usage(String message) {
    return new CommandException(
        ExitCode.USAGE, message + " (\"lucerna eval -help\" lists the options)");
  }
}
