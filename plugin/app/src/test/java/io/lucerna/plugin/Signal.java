package io.lucerna.plugin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How a process is asked to end: INT by Ctrl-C, TERM by {@code kill}. */
public enum Signal {
  INT(130),
  TERM(143);

  private final int status;

  Signal(int status) {
    this.status = status;
  }

  /** The exit status of a process that the signal ended. */
  public int status() {
    return status;
  }

  /** A command that heeds the signal, even where tests run in the background, which ignores INT. */
  public List<String> heeded(List<String> command) {
    String perl = "$SIG{" + name() + "} = 'DEFAULT'; exec @ARGV";
    List<String> whole = new ArrayList<>(List.of("perl", "-e", perl));
    whole.addAll(command);
    return whole;
  }

  public void send(Process process) throws IOException, InterruptedException {
    String kill = "kill -" + name() + " " + process.pid();
    new ProcessBuilder("sh", "-c", kill).inheritIO().start().waitFor();
  }
}
