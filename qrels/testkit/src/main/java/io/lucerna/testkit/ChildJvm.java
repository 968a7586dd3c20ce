package io.lucerna.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a JVM of its own, with the class path of the test: for tests of processes. */
public final class ChildJvm {
  private ChildJvm() {}

  /** The command that runs {@code main}. */
  public static List<String> command(Class<?> main, String... arguments) {
    return command(List.of(), main, arguments);
  }

  /**
   * The command that runs {@code main}.
   *
   * @param options more options of Java
   */
  public static List<String> command(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It ends before C2 could pay, and leaves nothing in the temporary folder when it is killed.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Runs {@code main} until it says something, and kills it then without a chance to tidy up.
   *
   * @param said the line on standard error
   * @return its exit value
   * @throws AssertionError if it ends before that
   */
  public static int killedWhen(String said, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process child = new ProcessBuilder(command(main, arguments)).start();
    try (BufferedReader lines = child.errorReader(StandardCharsets.UTF_8)) {
      if (lines.lines().noneMatch(said::equals)) {
        throw new AssertionError("ended too soon");
      }
      return child.destroyForcibly().waitFor();
    }
  }
}
