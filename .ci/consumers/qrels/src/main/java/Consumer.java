import io.lucerna.qrels.BundledJudgments;
import io.lucerna.qrels.Qrels;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads judgments. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("consumer");
    Path file = BundledJudgments.writeQrels(folder);
    Qrels qrels = Qrels.read(file);
    Files.delete(file);
    Files.delete(folder);
    if (qrels.topics().size() != 48 || qrels.size() != BundledJudgments.judgments().size()) {
      throw new AssertionError(qrels.topics().size() + " topics, " + qrels.size() + " judgments");
    }
  }
}
