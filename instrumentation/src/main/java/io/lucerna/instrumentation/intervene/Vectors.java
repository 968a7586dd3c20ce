package io.lucerna.instrumentation.intervene;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Where the vectors of an intervention come from. */
public sealed interface Vectors {

  /** {@return the file; empty if the spec says all} */
  default Optional<SpecSource> source() {
    return switch (this) {
      case Stored stored -> Optional.of(new SpecSource(SpecSource.Kind.VECTORS, stored.file()));
      case Row row -> row.of().source();
      case Literal literal -> Optional.empty();
      case Random random -> Optional.empty();
    };
  }

  /**
   * {@return the same tensor of another file; what names no file stays as it is}
   *
   * @param file where the same tensor is found
   */
  default Vectors withSource(String file) {
    return switch (this) {
      case Stored stored -> new Stored(file, stored.name());
      case Row row -> new Row(new Stored(file, row.of().name()), row.number());
      case Literal literal -> literal;
      case Random random -> random;
    };
  }

  /**
   * A direction drawn by chance, all equally likely: as many normal numbers as there are targeted
   * units, scaled to a norm.
   *
   * @param seed what decides it
   * @param norm its length, greater than 0
   */
  record Random(long seed, double norm) implements Vectors {
    static final String WORD = "random:";

    /**
     * Checks the norm.
     *
     * @throws IllegalArgumentException if it is not greater than 0, or infinite
     */
    public Random {
      if (!(norm > 0) || Double.isInfinite(norm)) {
        throw new IllegalArgumentException(
            "the norm of a random vector must be greater than 0, got " + norm);
      }
    }

    /**
     * {@return the vector}
     *
     * @param width how many numbers it has
     */
    public double[] of(int width) {
      long key = Chance.hash(seed, "direction");
      double[] numbers =
          IntStream.range(0, width).mapToDouble(i -> Chance.normal(key, i)).toArray();
      double length = length(numbers);
      return Arrays.stream(numbers).map(x -> x * (norm / length)).toArray();
    }

    @Override
    public String toString() {
      return WORD + seed + ":" + Numbers.print(norm);
    }
  }

  /**
   * {@return the length of a vector}
   *
   * @param vector its numbers
   */
  static double length(double[] vector) {
    return Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
  }

  /**
   * A tensor of a safetensors file: one vector [d], or several [k, d]. That of a file of NumPy,
   * {@code FILE.npy}, is called {@value #ARRAY}.
   *
   * @param file the file
   * @param name the tensor
   */
  record Stored(String file, String name) implements Vectors {
    /** The name of what a file of NumPy holds. */
    public static final String ARRAY = "array";

    /**
     * Checks that both are given.
     *
     * @throws IllegalArgumentException if one is empty or has control characters, the tensor's name
     *     a #, or the file's reads as a row of another
     */
    public Stored {
      Operation.named(file);
      if (file.startsWith(Row.WORD)) {
        throw new IllegalArgumentException("a file's name does not begin with row:, got " + file);
      }
      if (Operation.named(name).contains("#")) {
        throw new IllegalArgumentException("a tensor's name holds no #, got " + name);
      }
    }

    /**
     * {@return the tensor of a text}
     *
     * @param text {@code FILE#NAME} or {@code FILE.npy}
     * @throws IllegalArgumentException if it is anything else
     */
    public static Stored parse(String text) {
      if (VectorText.parse(text) instanceof Stored stored) {
        return stored;
      }
      throw new IllegalArgumentException("expected FILE#NAME or FILE.npy, got " + text);
    }

    @Override
    public String toString() {
      return file + "#" + name;
    }
  }

  /**
   * One of the vectors of a tensor.
   *
   * @param of the tensor
   * @param number which, from 0
   */
  record Row(Stored of, int number) implements Vectors {
    static final String WORD = "row:";

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Row {
      if (number < 0) {
        throw new IllegalArgumentException("rows are numbered from 0, got " + number);
      }
    }

    @Override
    public String toString() {
      return WORD + number + ":" + of;
    }
  }

  /**
   * Numbers in the spec itself.
   *
   * @param rows one or more vectors of the same length, finite and not all 0
   */
  record Literal(List<List<Double>> rows) implements Vectors {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there are none, if lengths differ, or a vector is zero or
     *     not finite
     */
    public Literal {
      rows = rows.stream().map(Literal::checked).toList();
      if (rows.isEmpty() || rows.stream().mapToInt(List::size).distinct().count() != 1) {
        throw new IllegalArgumentException("vectors must have the same length, of at least 1");
      }
    }

    private static List<Double> checked(List<Double> row) {
      if (row.stream().anyMatch(x -> !Double.isFinite(x))) {
        throw new IllegalArgumentException("a vector's numbers must be finite, got " + row);
      }
      if (row.stream().allMatch(x -> x == 0)) {
        throw new IllegalArgumentException("a vector must not be zero, got " + row);
      }
      return row.stream().map(x -> x + 0.0).toList(); // -0 becomes 0
    }

    @Override
    public String toString() {
      return rows.size() == 1
          ? print(rows.getFirst())
          : rows.stream().map(Literal::print).collect(Collectors.joining(",", "[", "]"));
    }

    private static String print(List<Double> row) {
      return row.stream().map(Numbers::print).collect(Collectors.joining(",", "[", "]"));
    }
  }
}
