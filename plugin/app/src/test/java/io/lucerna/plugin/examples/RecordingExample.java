package io.lucerna.plugin.examples;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.Recording;
import io.lucerna.instrumentation.text.Role;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import java.io.IOException;
import java.nio.file.Path;

/** Reads what {@code record} wrote. */
final class RecordingExample {
  private RecordingExample() {}

  /** The mean of a point over all tokens in a role, such as the query words of all passages. */
  static double[] mean(Path folder, Side side, HookPoint point, Role role) throws IOException {
    try (Recording recording = Recording.open(folder)) {
      double[] mean = {};
      int count = 0;
      for (String id : recording.ids()) {
        Slice slice = recording.get(id, side, point); // [positions, ...]
        int[] positions = slice.positions();
        for (int row = 0; row < positions.length; row++) {
          if (recording.tokens(id, side).get(positions[row]).role() != role) {
            continue;
          }
          int width = slice.values().length / positions.length;
          mean = count == 0 ? new double[width] : mean;
          count++;
          for (int i = 0; i < width; i++) {
            mean[i] += (slice.values()[row * width + i] - mean[i]) / count;
          }
        }
      }
      return mean;
    }
  }
}
