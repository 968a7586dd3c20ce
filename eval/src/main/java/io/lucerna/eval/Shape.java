package io.lucerna.eval;

import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Which parameters a family of measures takes, and the formula that they make. */
sealed interface Shape {
  /** No parameters, one value. */
  record Plain(Formula formula) implements Shape {}

  /** Whole numbers of documents, one value for each. */
  record PerCutoff(IntFunction<Formula> formula) implements Shape {}

  /** Decimal numbers, one value for each. */
  record PerFraction(DoubleFunction<Formula> formula) implements Shape {}

  /** Decimal numbers, one value for all. */
  record Numbers(Function<double[], Formula> formula) implements Shape {}

  /** Pairs grade=gain, one value; without them a grade is its own gain. */
  record GradeGains(Function<Gains, Formula> formula) implements Shape {}

  /** No number of a topic: the report knows how to print it. */
  record Text() implements Shape {}
}
