package io.lucerna.eval;

import io.lucerna.base.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;

/** Writes runs: see {@link Run#write}. */
final class RunWriter {
  private static final int DECIMALS = 6;
  private static final BigDecimal STEP = BigDecimal.ONE.movePointLeft(DECIMALS);

  private RunWriter() {}

  static void writeTrec(Run run, BufferedWriter out) throws IOException {
    for (Ranking ranking : run.rankings()) {
      writeTrec(ranking, run.tag(), out);
    }
  }

  private static void writeTrec(Ranking ranking, String tag, BufferedWriter out)
      throws IOException {
    BigDecimal[] scores = printedScores(ranking);
    for (int i = 0; i < scores.length; i++) {
      out.write(ranking.topic() + " Q0 " + ranking.docno(i) + " " + (i + 1) + " ");
      out.write(scores[i].toPlainString() + " " + tag + "\n");
    }
  }

  static void writeMsMarco(Run run, Path file) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          for (Ranking ranking : run.rankings()) {
            for (int i = 0; i < ranking.size(); i++) {
              out.write(ranking.topic() + "\t" + ranking.docno(i) + "\t" + (i + 1) + "\n");
            }
          }
        });
  }

  /** Six decimals each, strictly falling both as decimals and once parsed as floats. */
  static BigDecimal[] printedScores(Ranking ranking) {
    BigDecimal[] printed = new BigDecimal[ranking.size()];
    for (int i = 0; i < printed.length; i++) {
      printed[i] = rounded(ranking.score(i));
      if (i > 0) {
        printed[i] = below(printed[i - 1], printed[i]);
      }
    }
    return printed;
  }

  private static BigDecimal below(BigDecimal above, BigDecimal wanted) {
    float limit = parsed(above);
    BigDecimal printed = wanted.min(above.subtract(STEP));
    if (parsed(printed) >= limit) {
      // Floats are sparser than the decimals here: go to the next float at once.
      printed = printed.min(rounded(Math.nextDown(limit)));
    }
    while (parsed(printed) >= limit) {
      printed = printed.subtract(STEP);
    }
    return printed;
  }

  private static BigDecimal rounded(float score) {
    return new BigDecimal(score).setScale(DECIMALS, RoundingMode.HALF_EVEN);
  }

  /** What trec_eval makes of the printed number. */
  private static float parsed(BigDecimal printed) {
    return (float) printed.doubleValue();
  }
}
