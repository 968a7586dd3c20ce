package io.lucerna.instrumentation.intervene;

import java.util.Locale;
import java.util.Optional;

/**
 * What an intervention does with the numbers x that it targets, at one position and head a vector
 * each.
 */
public sealed interface Operation {

  /** How a text's positions find their counterparts in recorded activations. */
  enum Per {
    /** By place: the third token's is the third token's. */
    POSITION,
    /** By role: a query match's is a query match's. */
    ROLE;

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** x becomes 0. */
  record Zero() implements Operation {}

  /**
   * x becomes a value.
   *
   * @param value the value
   */
  record SetTo(double value) implements Operation {
    /**
     * Checks that it is finite.
     *
     * @throws IllegalArgumentException if it is not
     */
    public SetTo {
      value = finite("to", value);
    }
  }

  /**
   * x becomes f x.
   *
   * @param factor f
   */
  record Scale(double factor) implements Operation {
    /**
     * Checks that it is finite.
     *
     * @throws IllegalArgumentException if it is not
     */
    public Scale {
      factor = finite("by", factor);
    }
  }

  /**
   * x becomes x + dose v.
   *
   * @param vector v, not normalised
   * @param dose how much of it
   */
  record Add(Vectors vector, double dose) implements Operation {
    /**
     * Checks that the dose is finite.
     *
     * @throws IllegalArgumentException if it is not
     */
    public Add {
      dose = finite("dose", dose);
    }
  }

  /**
   * x loses its part in a subspace: x becomes x - Q'Q x, where Q's rows are an orthonormal basis.
   *
   * @param vectors what spans the subspace
   */
  record ProjectOut(Vectors vectors) implements Operation {}

  /**
   * x keeps only its part in a subspace: x becomes Q'Q x.
   *
   * @param vectors what spans the subspace
   */
  record ProjectOnto(Vectors vectors) implements Operation {}

  /**
   * x becomes x + e, with e normally distributed around 0, each number on its own.
   *
   * @param std the standard deviation of e, at least 0
   * @param seed what decides e, together with the text, the point, the position, head and unit
   */
  record Noise(double std, long seed) implements Operation {
    /** Checks the deviation. */
    public Noise {
      std = finite("std", std);
      if (std < 0) {
        throw new IllegalArgumentException("std must be at least 0, got " + std);
      }
    }
  }

  /**
   * x becomes the mean over recorded activations.
   *
   * @param from the recording
   * @param per mean of the same position, or of all positions of the same role
   */
  record Mean(String from, Per per) implements Operation {
    /** Checks that a recording is named. */
    public Mean {
      named(from);
    }
  }

  /**
   * x becomes that of a recorded input with another text, drawn by chance.
   *
   * @param from the recording
   * @param per how positions find their counterparts
   * @param seed what decides the draw, together with the text
   */
  record Resample(String from, Per per, long seed) implements Operation {
    /** Checks that a recording is named. */
    public Resample {
      named(from);
    }
  }

  /**
   * x becomes that of a recorded input.
   *
   * @param from the recording
   * @param per how positions find their counterparts
   * @param donor the input's id; empty for the one with the text's own id
   */
  record Patch(String from, Per per, Optional<String> donor) implements Operation {
    /** Checks that a recording is named. */
    public Patch {
      named(from);
      donor.ifPresent(Operation::named);
    }
  }

  /**
   * x becomes what a person's own code makes of it.
   *
   * @param code {@code FILE.java} or {@code FILE.jar:CLASS}
   */
  record Custom(String code) implements Operation {
    private static final String JAR = ".jar:";

    /** Checks that code is named. */
    public Custom {
      named(code);
    }

    /** The class in another jar, or another source file. */
    Custom from(String file) {
      int jar = code.lastIndexOf(JAR);
      return new Custom(jar < 0 ? file : file + code.substring(jar + JAR.length() - 1));
    }
  }

  /**
   * {@return whether what it does to a text goes by a pair's id, or by the roles that a passage's
   * words have for a query}
   */
  default boolean readsAcross() {
    return switch (this) {
      case Noise n -> true;
      case Resample r -> true;
      case Patch p -> true;
      case Custom c -> true;
      case Mean m -> m.per() == Per.ROLE;
      default -> false;
    };
  }

  /** {@return the word that a spec has for it} */
  default String word() {
    return switch (this) {
      case Zero z -> "zero";
      case SetTo s -> "set";
      case Scale s -> "scale";
      case Add a -> "add";
      case ProjectOut p -> "project-out";
      case ProjectOnto p -> "project-onto";
      case Noise n -> "noise";
      case Mean m -> "mean";
      case Resample r -> "resample";
      case Patch p -> "patch";
      case Custom c -> "custom";
    };
  }

  /** {@return what it names outside the spec; empty if the spec holds all that it does} */
  default Optional<SpecSource> source() {
    return switch (this) {
      case Zero z -> Optional.empty();
      case SetTo s -> Optional.empty();
      case Scale s -> Optional.empty();
      case Noise n -> Optional.empty();
      case Add a -> a.vector().source();
      case ProjectOut p -> p.vectors().source();
      case ProjectOnto p -> p.vectors().source();
      case Mean m -> recording(m.from());
      case Resample r -> recording(r.from());
      case Patch p -> recording(p.from());
      case Custom c -> Optional.of(new SpecSource(SpecSource.Kind.CODE, c.code()));
    };
  }

  private static Optional<SpecSource> recording(String name) {
    return Optional.of(new SpecSource(SpecSource.Kind.RECORDING, name));
  }

  /**
   * {@return this operation with another name for what it names; itself where it names nothing}
   *
   * @param name where the same thing is found; of custom code, the file without the class
   */
  default Operation withSource(String name) {
    return switch (this) {
      case Zero z -> z;
      case SetTo s -> s;
      case Scale s -> s;
      case Noise n -> n;
      case Add a -> new Add(a.vector().withSource(name), a.dose());
      case ProjectOut p -> new ProjectOut(p.vectors().withSource(name));
      case ProjectOnto p -> new ProjectOnto(p.vectors().withSource(name));
      case Mean m -> new Mean(name, m.per());
      case Resample r -> new Resample(name, r.per(), r.seed());
      case Patch p -> new Patch(name, p.per(), p.donor());
      case Custom c -> c.from(name);
    };
  }

  private static double finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " must be finite, got " + value);
    }
    return value + 0.0; // -0 becomes 0, so that equal values print alike
  }

  /**
   * {@return the name, which a spec can hold; a line holds no others}
   *
   * @param name a name of a file, tensor or recording
   * @throws IllegalArgumentException if it is empty, or has control characters
   */
  static String named(String name) {
    if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("expected a name without control characters");
    }
    return name;
  }
}
