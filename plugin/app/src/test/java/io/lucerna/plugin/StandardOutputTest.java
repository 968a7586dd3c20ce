package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the program does when nobody takes what it prints. */
class StandardOutputTest {

  /** The program, which begins when it is given a line. */
  private static ProcessBuilder help() {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "read -r go; exec \"$0\" \"$@\""));
    command.addAll(ChildJvm.command(Main.class, "help"));
    return new ProcessBuilder(command);
  }

  private static void go(Process process) throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().close();
  }

  private static void ends(Process process, ExitCode code, String said) throws Exception {
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(said, errors);
    assertEquals(code.status(), process.waitFor());
  }

  @Test
  void aPipeThatIsClosedEndsItQuietly() throws Exception {
    Process process = help().start();
    process.getInputStream().close();
    go(process);
    ends(process, ExitCode.UNREAD, "");
  }

  @Test
  void aFullDiskIsAFailure() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "skipped: this system has no " + full);
    Process process = help().redirectOutput(new File(full.toString())).start();
    go(process);
    ends(process, ExitCode.FAILED, "lucerna: standard output cannot be written\n");
  }
}
