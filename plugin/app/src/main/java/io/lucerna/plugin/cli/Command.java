package io.lucerna.plugin.cli;

import java.util.List;

/** One command of the command line: its options, and what it does. */
public interface Command {

  /**
   * The beans that carry the args4j options and arguments, in the order in which help lists them.
   */
  List<Object> options();

  /** Replaces arguments that stand for several others, before any is parsed. */
  default List<String> expand(List<String> arguments) {
    return arguments;
  }

  /** The arguments of an example call, without the program's and the command's names. */
  String example();

  /**
   * Does the work with the options that were parsed into the beans. Returns only when everything
   * asked for was done.
   *
   * @throws CommandException on an expected failure
   * @throws Exception on any other
   */
  void run(Console console) throws Exception;
}
