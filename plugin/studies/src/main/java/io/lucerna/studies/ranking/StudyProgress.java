package io.lucerna.studies.ranking;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.Internal;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.TextFile;
import io.lucerna.eval.RankChanges;
import io.lucerna.eval.RankedDoc;
import io.lucerna.eval.Ranking;
import io.lucerna.eval.Reordering;
import io.lucerna.studies.work.JournalReader;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How far a study has come that is not finished, and what its conditions have done so far. It is
 * read from the folder alone, without a lock, while another process may work on.
 *
 * @param done how many items are done
 * @param items how many there are
 * @param topics how many topics have all their scores; only these count
 * @param changes what each condition but the first did to them
 */
@Internal
public record StudyProgress(int done, int items, int topics, List<Change> changes) {
  /** What a study expects to do; written before the work begins. */
  static final String FILE = "plan.json";

  /** Refuses null, which a plan has nowhere. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();

  /**
   * What a condition did to the topics that have all their scores, against the unchanged model.
   *
   * @param condition its id
   * @param scoreChange mean over all pairs of the change of the score; empty without pairs
   * @param order what changed in the order of the candidates
   */
  public record Change(String condition, OptionalDouble scoreChange, OrderStatistics order) {}

  /** What a study expects to do. */
  record Expected(List<String> conditions, boolean[] perItem, Places places) {}

  /** Whether what the items of a study will hold was noted. */
  static boolean isExpected(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /** Notes what the items of a study will hold. */
  static void expect(List<Condition> conditions, boolean[] perItem, Places places, Path folder)
      throws IOException {
    List<String> ids = conditions.stream().map(Condition::id).toList();
    AtomicFile.write(
        folder.resolve(FILE),
        out -> {
          MAPPER.writeValue(out, new Expected(ids, perItem, places));
          out.write("\n");
        });
  }

  /**
   * {@return whether a folder holds a study that has begun and is not finished}
   *
   * @param folder a folder, which need not exist
   */
  public static boolean isIn(Path folder) {
    return isExpected(folder) && !Files.exists(folder.resolve("study.json"));
  }

  /**
   * Reads the folder of a study.
   *
   * @param folder the study's folder
   * @return how far it has come
   * @throws StudyInputException if its plan is another JSON
   * @throws io.lucerna.base.text.MalformedTextException if its plan is not JSON
   * @throws io.lucerna.studies.work.StudyException if its journal is damaged
   * @throws IOException if a file cannot be read
   */
  public static StudyProgress read(Path folder) throws IOException {
    Expected expected = expected(folder.resolve(FILE));
    Places places = expected.places;
    try (JournalReader<ItemScores> journal = JournalReader.open(folder, ItemScores.CODEC)) {
      List<Integer> complete = places.complete(journal);
      int count = expected.conditions.size();
      int group = places.conditionsAtOnce();
      float[][] before = scores(expected, journal, 0, 1)[0];
      List<Change> changes = new ArrayList<>();
      for (int from = 1; from < count; from += group) {
        int to = Math.min(from + group, count);
        float[][][] after = scores(expected, journal, from, to);
        for (int i = from; i < to; i++) {
          changes.add(
              change(expected.conditions.get(i), places, complete, before, after[i - from]));
        }
      }
      int done = (int) places.topics().stream().filter(journal::has).count();
      return new StudyProgress(done, places.topics().size(), complete.size(), changes);
    }
  }

  static Expected expected(Path file) throws IOException {
    String content = TextFile.of(file).text();
    try {
      Expected expected = MAPPER.readValue(content, Expected.class);
      Places places = expected.places;
      if (expected.conditions.size() != expected.perItem.length
          || places.topics().size() != places.docnos().size()
          || places.topics().size() != places.served().size()) {
        throw new StudyInputException(file + ": its lists differ in length");
      }
      return expected;
    } catch (JsonMappingException e) {
      throw new StudyInputException(file + ": is not a study's plan: " + JsonFaults.reason(e));
    } catch (JsonProcessingException e) {
      throw JsonFaults.inFile(file.toString(), "JSON", e, content);
    }
  }

  private static float[][][] scores(
      Expected expected, JournalReader<ItemScores> journal, int from, int to) throws IOException {
    return expected.places.scores(journal, expected.perItem, from, to, row -> {});
  }

  private static Change change(
      String condition, Places places, List<Integer> topics, float[][] before, float[][] after) {
    OrderStatistics order =
        OrderStatistics.of(
            topics.stream()
                .map(
                    topic -> {
                      Ranking first = first(places, topic);
                      return RankChanges.of(
                          Reordering.of(first, before[topic]), Reordering.of(first, after[topic]));
                    })
                .toList());
    OptionalDouble change =
        topics.stream()
            .flatMapToDouble(
                topic ->
                    IntStream.range(0, before[topic].length)
                        .mapToDouble(i -> (double) after[topic][i] - before[topic][i]))
            .average();
    return new Change(condition, change, order);
  }

  /** The candidates in the order of the first stage. */
  private static Ranking first(Places places, int topic) {
    List<String> docnos = places.docnos().get(topic);
    return Ranking.of(
        places.topics().get(topic),
        IntStream.range(0, docnos.size())
            .mapToObj(i -> new RankedDoc(docnos.get(i), docnos.size() - i))
            .toList());
  }
}
