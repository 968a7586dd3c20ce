package io.lucerna.instrumentation.intervene;

/** What an operation does to the texts at one point. */
@FunctionalInterface
interface Edit {

  /** What it does to one text. */
  Cell on(InputText text);

  /** Changes the numbers of one position and head in place. */
  @FunctionalInterface
  interface Cell {
    /**
     * Changes numbers.
     *
     * @param values a text's numbers at the point
     * @param offset where those of the position and head start
     * @param elements which of them are targeted
     * @return whether there was what the operation needs; if not, nothing or not all was changed
     */
    boolean apply(double[] values, int offset, int[] elements, int position, int head);
  }

  /** Sets every number to f of it, the same for all texts. */
  static Edit each(java.util.function.DoubleUnaryOperator f) {
    Cell cell =
        (values, offset, elements, position, head) -> {
          for (int e : elements) {
            values[offset + e] = f.applyAsDouble(values[offset + e]);
          }
          return true;
        };
    return text -> cell;
  }

  /** Adds a vector, whose numbers are for the targeted ones in order. */
  static Edit add(double[] vector, double dose) {
    Cell cell =
        (values, offset, elements, position, head) -> {
          for (int i = 0; i < elements.length; i++) {
            values[offset + elements[i]] += dose * vector[i];
          }
          return true;
        };
    return text -> cell;
  }

  /** Takes the part in a subspace out, or leaves nothing but it. */
  static Edit project(Subspace subspace, boolean onto) {
    Cell cell =
        (values, offset, elements, position, head) -> {
          double[] x = new double[elements.length];
          for (int i = 0; i < x.length; i++) {
            x[i] = values[offset + elements[i]];
          }
          double[] part = subspace.part(x);
          for (int i = 0; i < x.length; i++) {
            values[offset + elements[i]] = onto ? part[i] : x[i] - part[i];
          }
          return true;
        };
    return text -> cell;
  }

  /** Adds normal noise. Which other numbers are targeted does not change a number's noise. */
  static Edit noise(double std, long seed, PointLayout layout) {
    String point = layout.point().toString();
    return text -> {
      long key = Chance.hash(seed, text.side().name(), text.identity(), point);
      return (values, offset, elements, position, head) -> {
        long cell = Chance.number(key, (long) position * layout.heads() + head);
        for (int e : elements) {
          values[offset + e] += std * Chance.normal(cell, e);
        }
        return true;
      };
    };
  }
}
