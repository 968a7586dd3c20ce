import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.explorer.Explored;
import io.lucerna.explorer.ExplorerServer;
import io.lucerna.explorer.Launch;
import io.lucerna.explorer.Listening;
import io.lucerna.explorer.Topic;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Serves one passage, and ranks it. */
public final class Consumer {
  private static final class Lamp implements Explored {
    @Override
    public String name() {
      return "lamp";
    }

    @Override
    public List<Topic> topics() {
      return List.of(new Topic("1", "what is a lamp"));
    }

    @Override
    public boolean searches() {
      return false;
    }

    @Override
    public int deepest() {
      return 1;
    }

    @Override
    public Ranking candidates(Topic topic) {
      return Ranking.of(topic.id(), List.of(new RankedDoc("d", 1)));
    }

    @Override
    public Optional<String> passage(String topic, String docno) {
      return Optional.of("the lamp is light of oil and glass .");
    }

    @Override
    public void close() {}
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    try (Ranker ranker = Rankers.open(folder, "consumer", ScorerOptions.defaults());
        ExplorerServer server =
            ExplorerServer.start(
                Listening.here(0),
                ranker,
                new Lamp(),
                Qrels.of(Map.of()),
                1,
                Launch.NONE,
                Throwable::printStackTrace);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.address().resolve("api/v1/rank"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"topic\": \"1\"}"))
              .build();
      String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      if (!answer.contains("\"docno\":\"d\"")) {
        throw new AssertionError(answer);
      }
    }
  }
}
