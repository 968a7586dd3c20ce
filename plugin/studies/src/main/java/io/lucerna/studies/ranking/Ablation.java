package io.lucerna.studies.ranking;

import java.util.List;

/** How a part of a model is taken away. */
sealed interface Ablation {
  /** What it does to a place, as a line of a spec. */
  String line(String target);

  /** What follows the ids of its conditions. */
  String suffix();

  /** In words, after the name of the part. */
  String words();

  /** The part's output becomes 0. */
  record Zero() implements Ablation {
    @Override
    public String line(String target) {
      return "zero " + target;
    }

    @Override
    public String suffix() {
      return "";
    }

    @Override
    public String words() {
      return "zeroed";
    }
  }

  /**
   * It becomes the mean over what was recorded, so that the parts after it get what they expect of
   * an average text.
   *
   * @param recording the folder
   */
  record Mean(String recording) implements Ablation {
    @Override
    public String line(String target) {
      return "mean " + target + " from=" + quoted(recording);
    }

    @Override
    public String suffix() {
      return "_mean";
    }

    @Override
    public String words() {
      return "set to the mean over " + recording;
    }
  }

  /**
   * It becomes that of another recorded input, drawn by chance.
   *
   * @param recording the folder
   * @param seed of the draw
   */
  record Resample(String recording, long seed) implements Ablation {
    @Override
    public String line(String target) {
      return "resample " + target + " from=" + quoted(recording) + " seed=" + seed;
    }

    @Override
    public String suffix() {
      return "_resample";
    }

    @Override
    public String words() {
      return "taken from another input of " + recording;
    }
  }

  /** The same for several places at once. */
  default String spec(List<String> targets) {
    return String.join("; ", targets.stream().map(this::line).toList());
  }

  private static String quoted(String value) {
    return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
