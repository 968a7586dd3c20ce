package io.lucerna.studies.patch;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A matrix of pairs by cells, made row by row and read in blocks of columns. */
interface MoveMatrix extends Closeable {
  /** Makes matrices. */
  @FunctionalInterface
  interface Maker {
    /** A matrix of so many columns, without rows. */
    MoveMatrix make(int columns) throws IOException;
  }

  /** Adds a row. */
  void add(double[] values) throws IOException;

  /** The columns from {@code from} to before {@code to} of these rows, each an array. */
  double[][] columns(int from, int to, int[] rows) throws IOException;

  @Override
  void close() throws IOException;

  /** A matrix in memory. */
  static MoveMatrix inMemory() {
    List<double[]> all = new ArrayList<>();
    return new MoveMatrix() {
      @Override
      public void add(double[] values) {
        all.add(values);
      }

      @Override
      public double[][] columns(int from, int to, int[] rows) {
        double[][] block = new double[to - from][rows.length];
        for (int i = 0; i < rows.length; i++) {
          for (int column = from; column < to; column++) {
            block[column - from][i] = all.get(rows[i])[column];
          }
        }
        return block;
      }

      @Override
      public void close() {}
    };
  }
}
