package io.lucerna.explorer;

import java.util.List;

/**
 * Command lines that give the numbers of a ranking, in the order in which they are run.
 *
 * @param lines for a POSIX shell, in the folder in which the server was started
 * @param notes what no line can say
 */
record CommandsAnswer(List<Line> lines, List<String> notes) {
  /**
   * One of them.
   *
   * @param gives what comes of it
   */
  record Line(String gives, String line) {}
}
