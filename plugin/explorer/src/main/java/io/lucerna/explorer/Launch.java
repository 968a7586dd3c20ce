package io.lucerna.explorer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server was started with, as words of other command lines, so that the page can show
 * which of them give its numbers.
 *
 * @param index with which {@code search} finds the candidates; none where they come with a run
 * @param topics which topics there are; none where the candidates name them, or there are none
 * @param candidates where {@code rerank} has candidates and texts from; the run is among them
 *     unless {@code search} writes it
 * @param collections where files of named collections are; none by default
 * @param model what ranks
 * @param qrels the judgments, as {@code eval} takes them; null if there are none
 */
public record Launch(
    List<String> index,
    List<String> topics,
    List<String> candidates,
    List<String> collections,
    List<String> model,
    @Nullable String qrels) {
  /** Of a server that no command started: there are no lines then. */
  public static final Launch NONE =
      new Launch(List.of(), List.of(), List.of(), List.of(), List.of(), null);

  /** Copies the lists. */
  public Launch {
    index = List.copyOf(index);
    topics = List.copyOf(topics);
    candidates = List.copyOf(candidates);
    collections = List.copyOf(collections);
    model = List.copyOf(model);
  }

  /** Whether {@code search} finds the candidates. */
  boolean searches() {
    return !index.isEmpty();
  }
}
