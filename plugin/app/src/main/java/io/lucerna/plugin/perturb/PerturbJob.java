package io.lucerna.plugin.perturb;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.base.TextFile;
import io.lucerna.base.TextLines;
import io.lucerna.instrumentation.text.PairAligner;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.studies.patch.PairAlignment;
import io.lucerna.studies.ranking.Passages;
import io.lucerna.topics.ContrastPair;
import io.lucerna.topics.ContrastPairs;
import io.lucerna.topics.PairDraw;
import io.lucerna.topics.PairTokens;
import io.lucerna.topics.perturb.Perturbation;
import io.lucerna.topics.perturb.Perturbations;
import io.lucerna.topics.perturb.Subject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes pairs to one file as they are made, and what made no pair to another. Neither file is
 * there before both are complete.
 */
public final class PerturbJob {
  private static final String HEADER = "id\tqid\tdocid\tperturbation\tstage\treason\n";

  private final Path target;
  private final Optional<PairAlignment> alignment;
  private final OptionalInt most;
  private final long seed;
  private final Console console;
  private final PerturbSummary summary = new PerturbSummary();

  /** What was made, if only some of it is wanted. */
  private final List<PerturbSummary.Made> pool = new ArrayList<>();

  /**
   * A job that writes pairs.
   *
   * @param target the file of the pairs
   * @param alignment makes both sides equally long; empty for pairs of texts alone
   * @param most the most pairs, if not all of them are wanted
   * @param seed which of them are drawn
   */
  public PerturbJob(
      Path target,
      Optional<PairAlignment> alignment,
      OptionalInt most,
      long seed,
      Console console) {
    this.target = target;
    this.alignment = alignment;
    this.most = most;
    this.seed = seed;
    this.console = console;
  }

  /** Where that is listed which made no pair. */
  public Path left() {
    return target.resolveSibling(target.getFileName() + ".left.tsv");
  }

  private interface Work {
    void run(BufferedWriter out, BufferedWriter left) throws IOException;
  }

  private PerturbSummary write(Work work) throws IOException {
    AtomicFile.write(
        target,
        out -> {
          AtomicFile.write(
              left(),
              left -> {
                left.write(HEADER);
                if (most.isEmpty()) {
                  work.run(out, left);
                } else {
                  draw(work, out, left);
                }
              });
          if (summary.pairs() == 0) {
            summary.lines().forEach(console.out()::println);
            throw new NoPairsException("no pair was made; " + left() + " says why");
          }
        });
    return summary;
  }

  /** Makes all pairs in a file of their own, and takes some of them over. */
  private void draw(Work work, BufferedWriter out, BufferedWriter left) throws IOException {
    Path all = Files.createTempFile("lucerna-pairs", ".jsonl");
    try {
      AtomicFile.write(all, pairs -> work.run(pairs, left));
      Set<String> drawn =
          PairDraw.ids(pool.stream().map(PerturbSummary.Made::key).toList(), most.getAsInt(), seed);
      try (TextLines lines = TextFile.of(all).lines()) {
        for (PerturbSummary.Made made : pool) {
          String line = String.valueOf(lines.next());
          if (drawn.contains(made.key().id())) {
            out.append(line).append('\n');
            summary.made(made);
          }
        }
      }
      console.say("%d of %s drawn by seed %d", drawn.size(), Counted.of(pool.size(), "pair"), seed);
    } finally {
      Files.delete(all);
    }
  }

  /** Writes pairs that are ready. */
  public PerturbSummary write(Stream<ContrastPair> pairs) throws IOException {
    return write(
        (out, left) -> {
          for (Iterator<ContrastPair> all = pairs.iterator(); all.hasNext(); ) {
            ContrastPair pair = all.next();
            if (pair.base().equals(pair.perturbed())) {
              leave(left, pair, PerturbSummary.Stage.UNCHANGED, "the text does not change");
            } else {
              write(out, left, pair);
            }
          }
        });
  }

  /**
   * Perturbs passages, topic after topic.
   *
   * @param source what messages call the source of texts
   */
  public PerturbSummary write(
      PassageChoice choice,
      String source,
      List<Perturbation> perturbations,
      Perturbations maker,
      Passages passages)
      throws IOException {
    return write(
        (out, left) -> {
          for (PassageDonors.Candidate missing : choice.missing()) {
            leave(
                left,
                missing.topic(),
                missing.docid(),
                missing.topic() + "/" + missing.docid(),
                "",
                PerturbSummary.Stage.NOT_APPLICABLE,
                "the document is not in " + source);
          }
          try (Progress progress = new Progress(console, "perturbing", choice.passages())) {
            for (Map.Entry<String, Set<String>> topic : choice.documents().entrySet()) {
              String query = String.valueOf(choice.queries().get(topic.getKey()));
              for (String docid : topic.getValue()) {
                Subject subject =
                    maker.subject(topic.getKey(), query, docid, passages.of(topic.getKey(), docid));
                perturb(out, left, subject, choice, perturbations, maker);
                progress.advance(1);
              }
            }
          }
        });
  }

  private void perturb(
      BufferedWriter out,
      BufferedWriter left,
      Subject subject,
      PassageChoice choice,
      List<Perturbation> perturbations,
      Perturbations maker)
      throws IOException {
    String qid = subject.qid();
    String docid = subject.docid();
    for (Perturbation perturbation : perturbations) {
      Perturbations.Result made = maker.make(subject, choice.grade(qid, docid), perturbation);
      for (ContrastPair pair : made.pairs()) {
        write(out, left, pair);
      }
      if (made.pairs().isEmpty()) {
        String name = perturbation.name();
        leave(
            left,
            qid,
            docid,
            qid + "/" + docid + "/" + name,
            name,
            PerturbSummary.Stage.NOT_APPLICABLE,
            made.reason());
      }
    }
  }

  private void write(BufferedWriter out, BufferedWriter left, ContrastPair pair)
      throws IOException {
    Optional<PairTokens> tokens = Optional.empty();
    if (alignment.isPresent()) {
      PairAligner.Result aligned;
      try {
        aligned = alignment.get().align(pair);
      } catch (IllegalArgumentException e) {
        leave(left, pair, PerturbSummary.Stage.UNALIGNED, "query too long: " + e.getMessage());
        return;
      }
      if (aligned.pair().isEmpty()) {
        boolean same = aligned.problem().startsWith("nothing changes");
        leave(
            left,
            pair,
            same ? PerturbSummary.Stage.UNCHANGED : PerturbSummary.Stage.UNALIGNED,
            aligned.problem());
        return;
      }
      tokens = Optional.of(alignment.get().tokens(aligned.pair().get()));
    }
    out.write(ContrastPairs.line(pair, tokens));
    out.write('\n');
    PerturbSummary.Made made = PerturbSummary.Made.of(pair);
    if (most.isEmpty()) {
      summary.made(made);
    } else {
      pool.add(made);
    }
  }

  private void leave(
      BufferedWriter left, ContrastPair pair, PerturbSummary.Stage stage, String reason)
      throws IOException {
    leave(left, pair.qid(), pair.docid(), pair.id(), pair.perturbation(), stage, reason);
  }

  private void leave(
      BufferedWriter left,
      String qid,
      String docid,
      String id,
      String perturbation,
      PerturbSummary.Stage stage,
      String reason)
      throws IOException {
    summary.left(perturbation, stage, reason);
    left.write(String.join("\t", id, qid, docid, perturbation, stage.toString(), reason));
    left.write('\n');
  }
}
