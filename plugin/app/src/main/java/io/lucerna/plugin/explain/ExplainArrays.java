package io.lucerna.plugin.explain;

import io.lucerna.base.AtomicFile;
import io.lucerna.instrumentation.model.LinearPass.Shares;
import io.lucerna.reranker.ScoreParts.MaxSims;
import io.lucerna.reranker.ScoreParts.Meeting;
import io.lucerna.reranker.ScoreParts.Pairs;
import io.lucerna.reranker.ScoreParts.SideParts;
import io.lucerna.reranker.ScoreParts.Term;
import io.lucerna.reranker.ScoreParts.Terms;
import io.lucerna.studies.explain.Explained;
import io.lucerna.studies.patch.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The numbers of {@code explanation.json} as arrays for NumPy, of 64-bit floats. The last column of
 * those by token is what biases add.
 *
 * @param folder where they are
 */
record ExplainArrays(Path folder) {

  /** Writes the arrays of each pair, whose names begin with its number, from 1. */
  void write(List<Explained> pairs) throws IOException {
    for (int i = 0; i < pairs.size(); i++) {
      String number = (i + 1) + ".";
      for (SideParts side : pairs.get(i).parts().sides()) {
        write(number + side.side().name().toLowerCase(Locale.ROOT) + ".", side);
      }
      Optional<Meeting> meeting = pairs.get(i).parts().meeting();
      if (meeting.isPresent()) {
        write(number, meeting.get());
      }
    }
  }

  private void write(String name, SideParts side) throws IOException {
    double[] components =
        side.components().values().stream().mapToDouble(Double::doubleValue).toArray();
    vector(name + "by_token", row(side.byToken()));
    vector(name + "by_component", components);
    vector(name + "embeddings", row(side.rest()));
    double[][] both =
        side.byBoth().values().stream().map(ExplainArrays::row).toArray(double[][]::new);
    matrix(name + "by_component_and_token", both);
  }

  private void write(String number, Meeting meeting) throws IOException {
    switch (meeting) {
      case Pairs pairs -> matrix(number + "pairs", pairs.values());
      case MaxSims sims -> matrix(number + "maxsim", sims.products());
      case Terms terms -> {
        List<Shares> rows = new ArrayList<>(terms.heaviest().stream().map(Term::byToken).toList());
        rows.add(terms.other());
        matrix(number + "terms", rows.stream().map(ExplainArrays::row).toArray(double[][]::new));
      }
    }
  }

  /** Tokens, and last the biases. */
  private static double[] row(Shares shares) {
    double[] row = Arrays.copyOf(shares.tokens(), shares.tokens().length + 1);
    row[row.length - 1] = shares.biases();
    return row;
  }

  private void vector(String name, double[] values) throws IOException {
    write(name, new double[][] {values}, values.length);
  }

  private void matrix(String name, double[][] rows) throws IOException {
    write(name, rows, rows.length, rows.length == 0 ? 0 : rows[0].length);
  }

  private void write(String name, double[][] rows, int... shape) throws IOException {
    AtomicFile.writeBytes(
        folder.resolve(name + ".npy"),
        out -> {
          try (Npy array = Npy.doubles(out, shape)) {
            for (double[] row : rows) {
              for (double value : row) {
                array.put(value);
              }
            }
          }
        });
  }
}
