package io.lucerna.studies.ranking;

import io.lucerna.base.AtomicFile;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Measure;
import io.lucerna.eval.RankChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** A study's tables, as docs/studies.md describes them. */
final class StudyTables {
  /** Writes the rows of a table. */
  @FunctionalInterface
  private interface Rows {
    void printTo(CSVPrinter csv) throws IOException;
  }

  private static final String SCREEN = "screen.csv";

  private final Findings findings;
  private final Path folder;

  StudyTables(Findings findings, Path folder) {
    this.findings = findings;
    this.folder = folder;
  }

  /** One row for each condition, topic and measure, the first condition included. */
  void topics() throws IOException {
    write(
        "topics.csv",
        "condition,topic,measure,value,baseline,change",
        csv -> {
          List<Measure> measures = findings.settings().measures();
          for (int c = 0; c < findings.conditions().size(); c++) {
            for (int t = 0; t < findings.topics().size(); t++) {
              for (int m = 0; m < measures.size(); m++) {
                double value = findings.values(c, m)[t];
                double baseline = findings.values(0, m)[t];
                csv.printRecord(
                    findings.conditions().get(c).id(),
                    findings.topics().get(t),
                    measures.get(m).irName(),
                    value,
                    baseline,
                    value - baseline);
              }
            }
          }
        });
  }

  /** One row for each condition but the first, and measure. */
  void comparison() throws IOException {
    write(
        "comparison.csv",
        "condition,measure,topics,baseline,value,change,relative_change,p_t,p_t_adjusted,"
            + "p_randomization,p_randomization_adjusted,d_z,ci_lower,ci_upper,wins,ties,losses,"
            + "p_equivalence,kendall_tau,swapped_pairs,mean_move",
        csv -> {
          for (Findings.Contrast contrast : findings.contrasts()) {
            Comparison c = contrast.result();
            Order order = findings.order(contrast.condition());
            csv.printRecord(
                contrast.condition().id(),
                contrast.measure().irName(),
                c.topics(),
                c.baseline(),
                c.treatment(),
                c.change(),
                field(c.relativeChange()),
                field(c.tTest()),
                field(contrast.adjustedTTest()),
                field(c.randomization()),
                field(contrast.adjustedRandomization()),
                field(c.effectSize()),
                field(c.lower()),
                field(c.upper()),
                c.wins(),
                c.ties(),
                c.losses(),
                field(c.equivalence()),
                field(order.kendallTau()),
                order.swappedPairs(),
                field(order.meanMove()));
          }
        });
  }

  /** What each condition but the first did to the order of each topic's documents. */
  void ranks() throws IOException {
    write(
        "ranks.csv",
        "condition,topic,documents,kendall_tau,swapped_pairs,moved,largest_move,mean_move",
        csv -> {
          for (Condition condition : findings.interventions()) {
            List<RankChanges> changes = findings.order(condition).changes();
            for (int t = 0; t < changes.size(); t++) {
              RankChanges topic = changes.get(t);
              csv.printRecord(
                  condition.id(),
                  findings.topics().get(t),
                  topic.docs(),
                  field(Order.tau(topic)),
                  topic.swappedPairs(),
                  topic.moved(),
                  topic.largestMove(),
                  field(Order.move(topic)));
            }
          }
        });
  }

  /** The documents in the topics that changed most. */
  void moves() throws IOException {
    write(
        "moves.csv",
        "condition,topic,docid,grade,rank_before,rank_after,score_before,score_after",
        csv -> {
          for (Findings.Move move : findings.moves()) {
            csv.printRecord(
                move.condition().id(),
                move.topic(),
                move.docno(),
                field(move.grade()),
                move.rankBefore(),
                move.rankAfter(),
                (double) move.scoreBefore(),
                (double) move.scoreAfter());
          }
        });
  }

  /** One row for each head; without a screen, none of earlier settings stays either. */
  void screen(Optional<Screen> screen) throws IOException {
    if (screen.isEmpty()) {
      Files.deleteIfExists(folder.resolve(SCREEN));
      return;
    }
    write(
        SCREEN,
        "layer,head,change_ndcg10,p_adjusted,patching_effect",
        csv -> {
          for (Screen.Cell cell : screen.get().cells()) {
            csv.printRecord(
                cell.layer(),
                cell.head(),
                cell.change(),
                field(cell.contrast().adjustedTTest()),
                field(cell.patching()));
          }
        });
  }

  private void write(String name, String header, Rows rows) throws IOException {
    CSVFormat format =
        CSVFormat.RFC4180.builder().setHeader(header.split(",")).setRecordSeparator("\n").get();
    AtomicFile.write(
        folder.resolve(name),
        out -> {
          CSVPrinter csv = new CSVPrinter(out, format);
          rows.printTo(csv);
          csv.flush();
        });
  }

  private static Object field(OptionalDouble value) {
    return value.isEmpty() ? "" : (Object) value.getAsDouble();
  }

  private static Object field(OptionalInt value) {
    return value.isEmpty() ? "" : (Object) value.getAsInt();
  }
}
