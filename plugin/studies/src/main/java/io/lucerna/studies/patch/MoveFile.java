package io.lucerna.studies.patch;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A matrix of pairs by cells in a temporary file, written row by row and read in blocks of columns,
 * so that memory holds one block.
 */
final class MoveFile implements MoveMatrix {
  private final FileChannel channel;
  private final int columns;
  private final ByteBuffer row;

  MoveFile(Path folder, int columns) throws IOException {
    Path path = Files.createTempFile(folder, ".moves", ".tmp");
    // Ctrl-C ends the program without unwinding the stack.
    path.toFile().deleteOnExit();
    this.channel =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    this.columns = columns;
    this.row = ByteBuffer.allocate(Math.multiplyExact(columns, Double.BYTES));
  }

  @Override
  public void add(double[] values) throws IOException {
    row.clear();
    row.asDoubleBuffer().put(values);
    while (row.hasRemaining()) {
      channel.write(row);
    }
  }

  @Override
  public double[][] columns(int from, int to, int[] rows) throws IOException {
    double[][] block = new double[to - from][rows.length];
    ByteBuffer part = ByteBuffer.allocate((to - from) * Double.BYTES);
    for (int i = 0; i < rows.length; i++) {
      part.clear();
      long at = ((long) rows[i] * columns + from) * Double.BYTES;
      while (part.hasRemaining()) {
        if (channel.read(part, at + part.position()) < 0) {
          throw new EOFException("row " + rows[i] + " is missing");
        }
      }
      for (int column = 0; column < block.length; column++) {
        block[column][i] = part.getDouble(column * Double.BYTES);
      }
    }
    return block;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
