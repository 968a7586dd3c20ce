package io.lucerna.plugin.perturb;

import io.lucerna.eval.Ranking;
import io.lucerna.eval.Run;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.texts.TextSource;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.qrels.Qrels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which passages of which topics are perturbed.
 *
 * @param queries the query of each topic that has passages
 * @param documents the documents of each of these topics, in order
 * @param qrels the grades, if there are any
 * @param run the whole run that the passages are the first of, if they are those of a run
 * @param withoutQuery topics that have passages but no query
 * @param missing documents that were left out since the index or the corpus lacks them
 */
public record PassageChoice(
    Map<String, String> queries,
    Map<String, Set<String>> documents,
    Optional<Qrels> qrels,
    Optional<Run> run,
    List<String> withoutQuery,
    List<PassageDonors.Candidate> missing) {
  /** Most passages of a run's topic, where nothing else is asked for. */
  public static final int RUN_DEPTH = 100;

  /** The judged passages, in the order of the file; those of negative grades are unjudged. */
  public static PassageChoice ofQrels(
      Map<String, String> queries,
      Qrels qrels,
      @Nullable Integer depth,
      Optional<GradeFilter> wanted) {
    Map<String, List<String>> documents = new LinkedHashMap<>();
    for (String topic : qrels.topics()) {
      documents.put(
          topic,
          qrels.judged(topic).entrySet().stream()
              .filter(e -> e.getValue() >= 0)
              .map(Map.Entry::getKey)
              .toList());
    }
    int most = depth == null ? Integer.MAX_VALUE : depth;
    return of(queries, documents, Optional.of(qrels), Optional.empty(), most, wanted);
  }

  /** The first passages of a run. */
  public static PassageChoice ofRun(
      Map<String, String> queries,
      Run run,
      Optional<Qrels> qrels,
      @Nullable Integer depth,
      Optional<GradeFilter> wanted) {
    int most = depth == null ? RUN_DEPTH : depth;
    Map<String, List<String>> documents = new LinkedHashMap<>();
    for (Ranking ranking : run.rankings()) {
      documents.put(ranking.topic(), ranking.top(most).docnos());
    }
    return of(queries, documents, qrels, Optional.of(run), most, wanted);
  }

  private static PassageChoice of(
      Map<String, String> queries,
      Map<String, List<String>> all,
      Optional<Qrels> qrels,
      Optional<Run> run,
      int most,
      Optional<GradeFilter> wanted) {
    Map<String, String> kept = new LinkedHashMap<>();
    Map<String, Set<String>> documents = new LinkedHashMap<>();
    List<String> withoutQuery = new ArrayList<>();
    all.forEach(
        (topic, docids) -> {
          String query = queries.get(topic);
          if (query == null) {
            withoutQuery.add(topic);
            return;
          }
          List<String> chosen =
              docids.stream()
                  .filter(d -> wanted.isEmpty() || wanted.get().has(grade(qrels, topic, d)))
                  .limit(most)
                  .toList();
          if (!chosen.isEmpty()) {
            kept.put(topic, query);
            documents.put(topic, new LinkedHashSet<>(chosen));
          }
        });
    return new PassageChoice(kept, documents, qrels, run, withoutQuery, List.of());
  }

  /** The same without documents that the source lacks, which are kept as such. */
  public PassageChoice in(TextSource texts, Console console) throws IOException {
    Map<String, Set<String>> found = new LinkedHashMap<>();
    List<PassageDonors.Candidate> missing = new ArrayList<>();
    for (Map.Entry<String, Set<String>> entry : documents.entrySet()) {
      Set<String> present = new LinkedHashSet<>();
      for (String docid : entry.getValue()) {
        if (texts.has(entry.getKey(), docid)) {
          present.add(docid);
        } else {
          missing.add(new PassageDonors.Candidate(entry.getKey(), docid));
        }
      }
      if (!present.isEmpty()) {
        found.put(entry.getKey(), present);
      }
    }
    if (found.isEmpty()) {
      throw new TextSourceException(
          "none of the "
              + missing.size()
              + " judged documents is in "
              + texts.noun()
              + "; is it another collection's?");
    }
    if (!missing.isEmpty()) {
      console.say(
          "%d of %d judged passages are not in %s", missing.size(), passages(), texts.noun());
    }
    return new PassageChoice(queries, found, qrels, run, withoutQuery, missing);
  }

  public int passages() {
    return documents.values().stream().mapToInt(Set::size).sum();
  }

  /** All documents that are judged or ranked for a topic, whatever is asked of its passages. */
  Set<String> known(String topic) {
    Set<String> known = new HashSet<>();
    qrels.ifPresent(judged -> known.addAll(judged.judged(topic).keySet()));
    run.flatMap(all -> all.ranking(topic)).ifPresent(ranked -> known.addAll(ranked.docnos()));
    return known;
  }

  OptionalInt grade(String topic, String docid) {
    return grade(qrels, topic, docid);
  }

  private static OptionalInt grade(Optional<Qrels> qrels, String topic, String docid) {
    return qrels.isEmpty() ? OptionalInt.empty() : qrels.get().grade(topic, docid);
  }
}
