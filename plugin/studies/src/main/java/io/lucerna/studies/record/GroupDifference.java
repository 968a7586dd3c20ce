package io.lucerna.studies.record;

import io.lucerna.base.AtomicFile;
import io.lucerna.base.Counted;
import io.lucerna.instrumentation.checkpoint.SafetensorsHeader;
import io.lucerna.instrumentation.checkpoint.SafetensorsHeader.Tensor;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.studies.work.StudyInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The mean of one group of a recording's passages (or pairs) minus that of another: the vectors
 * that {@code add} takes in an intervention. A passage counts with the mean over its recorded
 * positions.
 *
 * @param grade the lowest grade of the first group, where the groups are relevant and other judged
 *     passages; empty where they are the perturbed and the base passages of contrast pairs
 */
public record GroupDifference(OptionalInt grade) {
  /** The file in the recording's folder. */
  public static final String FILE = "difference.safetensors";

  private static final String RELEVANT = "relevant";
  private static final String PERTURBED = "perturbed";

  /**
   * What was written.
   *
   * @param vectors how many, for each point one, or one for each of its heads
   * @param first how many passages the first group has
   * @param second how many the second has
   */
  public record Written(int vectors, int first, int second) {}

  /**
   * {@return the difference of that name}
   *
   * @param word {@code relevant}, {@code relevant:GRADE} or {@code perturbed}
   * @throws IllegalArgumentException if it is anything else
   */
  public static GroupDifference parse(String word) {
    if (word.equals(PERTURBED)) {
      return new GroupDifference(OptionalInt.empty());
    }
    if (word.equals(RELEVANT)) {
      return new GroupDifference(OptionalInt.of(1));
    }
    if (word.matches(RELEVANT + ":\\d{1,4}")) {
      return new GroupDifference(OptionalInt.of(Integer.parseInt(word.split(":", -1)[1])));
    }
    throw new IllegalArgumentException(
        "a difference is relevant, relevant:GRADE or perturbed, got '" + word + "'");
  }

  /** {@return what is subtracted from what, in words} */
  public String words() {
    return grade.isEmpty()
        ? "perturbed minus base"
        : String.format(Locale.ROOT, "grade %d and above minus lower grades", grade.getAsInt());
  }

  /** Whether a passage is of the first group, or of the second; empty if of neither. */
  private Optional<Boolean> first(Recording recording, String id) {
    if (grade.isEmpty()) {
      return id.endsWith("/" + PERTURBED)
          ? Optional.of(true)
          : id.endsWith("/base") ? Optional.of(false) : Optional.empty();
    }
    OptionalInt judged = recording.grade(id);
    return judged.isEmpty() ? Optional.empty() : Optional.of(judged.getAsInt() >= grade.getAsInt());
  }

  /** Sums over the passages of a group at one point. */
  private static final class Sum {
    private double[] values = new double[0];
    private long[] shape = new long[0];
    private int count;

    /** Adds the mean over the rows; a passage without any counts nowhere. */
    void add(Slice slice) {
      int rows = (int) slice.shape()[0];
      if (rows == 0) {
        return;
      }
      int width = slice.values().length / rows;
      values = count == 0 ? new double[width] : values;
      shape = slice.shape();
      for (int i = 0; i < width; i++) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
          sum += slice.values()[row * width + i];
        }
        values[i] += sum / rows;
      }
      count++;
    }
  }

  /**
   * Reads a finished recording through, and writes {@value #FILE} into its folder: F32, a tensor
   * [unit] by the name of each point, or {@code POINT/HEAD} for each head of it.
   *
   * @param folder of the recording, none of whose points has tokens as its last axis
   * @return what was written
   * @throws StudyInputException if a group has no passage
   * @throws IOException if the recording cannot be read, or the file written
   */
  public Written write(Path folder) throws IOException {
    Map<HookPoint, Sum> first = new LinkedHashMap<>();
    Map<HookPoint, Sum> second = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    int[] counts = new int[2];
    try (Recording recording = Recording.open(folder)) {
      Side side = recording.points(Side.PAIR).isEmpty() ? Side.PASSAGE : Side.PAIR;
      for (String id : recording.ids()) {
        Optional<Boolean> group = first(recording, id);
        if (group.isPresent()) {
          counts[group.get() ? 0 : 1]++;
          for (HookPoint point : recording.points(side)) {
            (group.get() ? first : second)
                .computeIfAbsent(point, p -> new Sum())
                .add(recording.get(id, side, point));
          }
        }
      }
      metadata.put("difference", words());
      metadata.put("passages", counts[0] + " minus " + counts[1]);
      metadata.put("recording", recording.sha256().orElseThrow());
      metadata.put("model", recording.modelSha256());
    }
    List<Tensor> tensors = new ArrayList<>();
    List<float[]> numbers = new ArrayList<>();
    for (Map.Entry<HookPoint, Sum> entry : first.entrySet()) {
      Sum other = second.getOrDefault(entry.getKey(), new Sum());
      if (entry.getValue().count > 0 && other.count > 0) {
        vectors(entry.getKey().toString(), entry.getValue(), other, tensors, numbers);
      }
    }
    if (tensors.isEmpty()) {
      throw new StudyInputException(
          String.format(
              Locale.ROOT,
              "%s: no difference of %s: %s minus %d",
              folder,
              words(),
              Counted.of(counts[0], "passage"),
              counts[1]));
    }
    AtomicFile.writeBytes(
        folder.resolve(FILE),
        out -> {
          out.write(SafetensorsHeader.bytes(metadata, false, tensors));
          for (float[] vector : numbers) {
            ByteBuffer bytes =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(vector);
            out.write(bytes.array());
          }
        });
    return new Written(tensors.size(), counts[0], counts[1]);
  }

  /** The vector of a point, or of each of its heads. */
  private static void vectors(
      String point, Sum first, Sum second, List<Tensor> tensors, List<float[]> numbers) {
    int axes = first.shape.length - 1;
    int heads = axes == 2 ? (int) first.shape[1] : 1;
    int units = first.values.length / heads;
    for (int head = 0; head < heads; head++) {
      float[] vector = new float[units];
      for (int i = 0; i < units; i++) {
        int at = head * units + i;
        vector[i] = (float) (first.values[at] / first.count - second.values[at] / second.count);
      }
      tensors.add(new Tensor(axes == 2 ? point + "/" + head : point, new long[] {units}));
      numbers.add(vector);
    }
  }
}
