import io.lucerna.plugin.Main;
import io.lucerna.plugin.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs a command: index, search, rerank, measure. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    String output = Path.of(arguments[0]).resolve("demo").toString();
    ExitCode code = new Main(stream, stream, false).run("demo", "-output", output);
    String text = said.toString(StandardCharsets.UTF_8);
    if (code != ExitCode.DONE || !text.contains("nDCG@10")) {
      throw new AssertionError(code + ": " + text);
    }
  }
}
