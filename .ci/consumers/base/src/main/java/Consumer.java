import io.lucerna.base.NearestNames;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Reads a compressed text. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path file = Files.createTempFile("consumer", ".txt");
    try (OutputStream out = new BZip2CompressorOutputStream(Files.newOutputStream(file))) {
      out.write("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8));
    }
    long lines = 0;
    try (TextLines text = TextFile.of(file).lines()) {
      while (text.advance()) {
        lines = text.number();
      }
    }
    Files.delete(file);
    String nearest = NearestNames.to("oen", List.of("one", "eleven"), 1).getFirst();
    if (lines != 3 || !nearest.equals("one")) {
      throw new AssertionError(lines + " lines, nearest " + nearest);
    }
  }
}
