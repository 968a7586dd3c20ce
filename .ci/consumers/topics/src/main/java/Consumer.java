import io.lucerna.topics.BundledCollection;
import io.lucerna.topics.TopicReader;
import java.nio.file.Files;
import java.nio.file.Path;


/** Reads topics. */
public final class Consumer {
  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("consumer");
    Path file = BundledCollection.writeTopics(folder);
    int topics = TopicReader.read(file).size();
    Files.delete(file);
    Files.delete(folder);
    if (topics != 48) {
      throw new AssertionError(topics + " topics");
    }
  }
}
