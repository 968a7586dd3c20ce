package io.lucerna.instrumentation.recording;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.instrumentation.call.CallInterruptedException;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import io.lucerna.instrumentation.text.TokenSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
  private static final long SMALL_SHARDS = 60_000;
  private static final long ONE_SHARD = 1_000_000_000;

  @TempDir Path temp;

  /** What observers see of each point, in the batches in which it was recorded. */
  private static Map<HookPoint, List<float[]>> plain(Recorder recorder) {
    Map<HookPoint, List<float[]>> seen = new HashMap<>();
    Hook.Observer keep =
        (context, x) ->
            seen.computeIfAbsent(context.point(), p -> new ArrayList<>()).add(x.toFloatArray());
    for (int from = 0; from < recorder.inputs().size(); from += recorder.batch(from).size()) {
      recorder.model().forward(recorder.batch(from), Hooks.none().with("*", keep));
    }
    return seen;
  }

  /** The plain way: walks over every number of a padded activation. */
  private static float[] expected(
      float[] padded, HookPoint point, TokenBatch batch, int row, int[] positions) {
    int size = batch.size();
    int s = batch.width();
    int length = batch.sequences().get(row).length();
    List<Float> kept = new ArrayList<>();
    Site site = point.site();
    boolean pattern = site == Site.PATTERN || site == Site.ATTN_SCORES;
    if (pattern && point.stack() == Stack.CROSS) {
      int heads = padded.length / size / s;
      for (int head = 0; head < heads; head++) {
        for (int key = 0; key < length; key++) {
          kept.add(padded[(row * heads + head) * s + key]);
        }
      }
    } else if (pattern && point.stack() == Stack.TEXT) {
      int heads = padded.length / size / s / s;
      for (int position : positions) {
        for (int head = 0; head < heads; head++) {
          for (int key = 0; key < length; key++) {
            kept.add(padded[((row * heads + head) * s + position) * s + key]);
          }
        }
      }
    } else if (whole(point)) {
      int width = padded.length / size;
      for (int i = 0; i < width; i++) {
        kept.add(padded[row * width + i]);
      }
    } else {
      int width = padded.length / size / s;
      for (int position : positions) {
        for (int i = 0; i < width; i++) {
          kept.add(padded[(row * s + position) * width + i]);
        }
      }
    }
    float[] values = new float[kept.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = kept.get(i);
    }
    return values;
  }

  /** Whether an input has one row, whatever positions are kept. */
  private static boolean whole(HookPoint point) {
    return !point.letters().contains("pos") && !point.letters().contains("qpos");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bert-cross | all | false",
        "families/t5-monot5 | role:match | false",
        "families/t5-monot5-gated | all | true",
        "bert-bi | role:match | false",
        "bert-cross | 0,2,30-35 | true",
        "bert-bi | cls | true",
        "bert-bi | query | false",
      })
  void everyPointComesBackAsObserversSeeIt(String model, String positions, boolean half)
      throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of(model, 17, 5)) {
      recorder.record(folder, recorder.spec("*", positions, half, SMALL_SHARDS), 17, false);
      Map<HookPoint, List<float[]>> plain = plain(recorder);
      try (Recording recording = Recording.open(folder)) {
        assertEquals(
            List.copyOf(recorder.model().registry().points()),
            List.copyOf(recording.points(recorder.side())));
        for (int i = 0; i < 17; i++) {
          TokenBatch batch = recorder.batch(i - i % 3);
          int[] kept = TokenSet.parse(positions).in(recorder.inputs().get(i));
          for (HookPoint point : recording.points(recorder.side())) {
            float[] values = plain.getOrDefault(point, List.of()).get(i / 3);
            float[] wanted = expected(values, point, batch, i % 3, kept);
            if (half) {
              for (int n = 0; n < wanted.length; n++) {
                wanted[n] = Float.float16ToFloat(Float.floatToFloat16(wanted[n]));
              }
            }
            ActivationSource.Slice slice = recording.get(Recorder.id(i), recorder.side(), point);
            assertArrayEquals(wanted, slice.values(), point + " of " + i);
            assertShape(slice, kept, recorder.inputs().get(i), point);
          }
        }
      }
    }
  }

  /** As far as it is, an unfinished recording says of its inputs what the finished one does. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bert-cross | all",
        "bert-bi | role:match",
        "bert-cross | mean:50",
        "families/t5-monot5 | cls",
      })
  void anUnfinishedRecordingGrows(String model, String positions) throws IOException {
    int all = 7;
    Path growing = temp.resolve("growing");
    try (Recorder recorder = Recorder.of(model, all, 5)) {
      RecordingSpec spec = recorder.spec("*", positions, false, SMALL_SHARDS);
      recorder.record(temp.resolve("whole"), spec, all, false);
      recorder.record(growing, spec, 0, false);
      try (Recording whole = Recording.open(temp.resolve("whole"))) {
        RecordedInputs inputs = RecordedInputs.open(growing);
        for (int now = 0; now <= all; now++) {
          recorder.record(growing, spec, now, true);
          inputs = inputs.again();
          assertEquals(now == all, inputs.isFinished());
          assertEquals(whole.ids().subList(0, now), inputs.ids());
          assertEquals(whole.averaged(), inputs.averaged());
          for (String id : inputs.ids()) {
            assertEquals(whole.tokens(id, recorder.side()), inputs.tokens(id, recorder.side()));
            assertEquals(whole.grade(id), inputs.grade(id));
            for (HookPoint point : inputs.points(recorder.side())) {
              ActivationSource.Slice slice = whole.get(id, recorder.side(), point);
              RecordedInputs.Extent extent = inputs.extent(id, recorder.side(), point);
              assertArrayEquals(slice.positions(), extent.positions(), point + " of " + id);
              assertArrayEquals(slice.shape(), extent.shape(), point + " of " + id);
            }
          }
        }
        inputs.close();
      }
    }
  }

  @Test
  void anIndexThatIsCutOrBrokenIsReadAnew() throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-bi", 5, 5)) {
      recorder.record(folder, recorder.spec("*z", "cls", false, SMALL_SHARDS), 4, false);
    }
    Path index = folder.resolve("index.jsonl");
    List<String> lines = Files.readAllLines(index);
    try (RecordedInputs inputs = RecordedInputs.open(folder)) {
      assertEquals(4, inputs.ids().size());
      Files.writeString(index, lines.get(0) + "\n" + lines.get(1));
      assertEquals(List.of(Recorder.id(0)), inputs.again().ids());
      Files.writeString(index, String.join("\n", lines) + "\n");
      assertEquals(4, inputs.again().ids().size());
      Files.writeString(index, lines.get(0) + "\n\0\0\n");
      RecordingException broken = assertThrows(RecordingException.class, inputs::again);
      int length = lines.get(0).getBytes(StandardCharsets.UTF_8).length + 1;
      assertTrue(
          String.valueOf(broken.getMessage())
              .startsWith(index + ": the line from byte " + length + " on is broken: "),
          broken.getMessage());
    }
  }

  /** To the bit, since both sum the same numbers in the same order. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bert-cross | mean | all",
        "bert-bi | mean:match | match",
        "bert-cross | mean:cls,3-9,50 | cls,3-9,50",
        "bert-cross | mean:50 | 50",
        "families/t5-monot5 | mean:match,other | match,other",
      })
  void aMeanIsThatOfTheRows(String model, String mean, String positions) throws IOException {
    try (Recorder recorder = Recorder.of(model, 17, 5)) {
      recorder.record(
          temp.resolve("all"), recorder.spec("*", positions, false, SMALL_SHARDS), 17, false);
      recorder.record(
          temp.resolve("mean"), recorder.spec("*", mean, false, SMALL_SHARDS), 17, false);
      try (Recording all = Recording.open(temp.resolve("all"));
          Recording means = Recording.open(temp.resolve("mean"))) {
        assertFalse(all.averaged());
        assertTrue(means.averaged());
        int without = 0;
        for (String id : all.ids()) {
          for (HookPoint point : all.points(recorder.side())) {
            ActivationSource.Slice rows = all.get(id, recorder.side(), point);
            ActivationSource.Slice one = means.get(id, recorder.side(), point);
            int count = (int) rows.shape()[0];
            without += count == 0 ? 1 : 0;
            assertArrayEquals(new int[Math.min(count, 1)], one.positions());
            long[] shape = rows.shape().clone();
            shape[0] = Math.min(count, 1);
            assertArrayEquals(shape, one.shape());
            int width = count == 0 ? 0 : rows.values().length / count;
            for (int i = 0; i < width; i++) {
              double sum = 0;
              for (int row = 0; row < count; row++) {
                sum += rows.values()[row * width + i];
              }
              assertEquals((float) (sum / count), one.values()[i], point + " of " + id);
            }
            assertEquals(width, one.values().length);
          }
        }
        assertEquals(positions.equals("50"), without > 0, "some inputs have 50 tokens or fewer");
      }
    }
  }

  /** A mean stands at no position, so no text can take it; a pooled vector has no position. */
  @Test
  void interventionsRefuseMeansOverPositions() throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 4, 6)) {
      recorder.record(
          folder,
          recorder.spec("blocks.0.attn.hook_z,pooler.hook_pooler_out", "mean", false, ONE_SHARD),
          4,
          false);
      try (Recording recording = Recording.open(folder)) {
        HookRegistry registry = recorder.model().registry();
        InterventionSpec.parse("mean pooler.hook_pooler_out from=r")
            .compile(registry, List.of(recorder.side()), name -> recording);
        for (String line : List.of("mean", "patch", "resample")) {
          InterventionSpec spec =
              InterventionSpec.parse(
                  line
                      + " blocks.0.attn.hook_z from=r"
                      + (line.equals("resample") ? " seed=1" : ""));
          String message =
              String.valueOf(
                  assertThrows(
                          IllegalArgumentException.class,
                          () -> spec.compile(registry, List.of(recorder.side()), name -> recording))
                      .getMessage());
          assertTrue(
              message.contains(
                  "r holds means over positions, which have no place in a text; record the positions"
                      + " themselves for blocks.0.attn.hook_z"),
              message);
        }
      }
    }
  }

  private static void assertShape(
      ActivationSource.Slice slice, int[] kept, TokenSequence input, HookPoint point) {
    boolean whole = whole(point);
    assertArrayEquals(whole ? new int[] {0} : kept, slice.positions());
    assertEquals(whole ? 1 : kept.length, slice.shape()[0]);
    assertEquals(slice.values().length, Arrays.stream(slice.shape()).reduce(1, (a, b) -> a * b));
    if (point.site() == Site.PATTERN && point.stack() != Stack.DECODER) {
      assertEquals(3, slice.shape().length);
      assertEquals(input.length(), slice.shape()[2]);
      for (int at = 0; at < slice.values().length; at += input.length()) {
        double sum = 0;
        for (int key = 0; key < input.length(); key++) {
          sum += slice.values()[at + key];
        }
        assertEquals(1, sum, 2e-3, "only real keys, and all of them");
      }
    }
  }

  @Test
  void tokensAndIdsComeBack() throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 7, 6)) {
      recorder.record(folder, recorder.spec("hook_logits", "cls", false, ONE_SHARD), 7, false);
      try (Recording recording = Recording.open(folder)) {
        assertEquals(List.of("p/0", "p/1", "p/2", "p/3", "p/4", "p/5", "p/6"), recording.ids());
        for (int i = 0; i < 7; i++) {
          assertEquals(
              recorder.inputs().get(i).tokens(), recording.tokens(Recorder.id(i), Side.PAIR));
        }
        assertEquals("abc", recording.modelSha256());
      }
    }
  }

  /** The published form, checked to the letter: github.com/huggingface/safetensors, "Format". */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyShardIsOfThePublishedFormAndWithinItsSize(boolean half) throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 17, 7)) {
      recorder.record(folder, recorder.spec("*", "all", half, SMALL_SHARDS), 17, false);
    }
    Map<String, byte[]> files = Recorder.files(folder);
    files.keySet().removeIf(name -> !name.endsWith(".safetensors"));
    assertTrue(files.size() > 5, files.keySet().toString());
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      ByteBuffer bytes = ByteBuffer.wrap(file.getValue()).order(ByteOrder.LITTLE_ENDIAN);
      int length = (int) bytes.getLong();
      assertEquals(0, length % 8, "the data are aligned");
      String text = new String(file.getValue(), 8, length, StandardCharsets.UTF_8);
      assertTrue(text.startsWith("{\"__metadata__\":{\"format\":\"lucerna-recording\"}"), text);
      JsonNode header = new ObjectMapper().readTree(text);
      long end = 0;
      for (Map.Entry<String, JsonNode> tensor : header.properties()) {
        if (tensor.getKey().equals("__metadata__")) {
          continue;
        }
        JsonNode entry = tensor.getValue();
        assertEquals(half ? "F16" : "F32", entry.path("dtype").asText());
        assertEquals(end, entry.path("data_offsets").path(0).asLong(), "no hole, in order");
        long numbers = 1;
        for (JsonNode size : entry.path("shape")) {
          numbers *= size.asLong();
        }
        assertTrue(numbers > 0, "no empty tensor");
        end += numbers * (half ? 2 : 4);
        assertEquals(end, entry.path("data_offsets").path(1).asLong());
      }
      assertEquals(file.getValue().length, 8 + length + end, "no bytes but the tensors'");
      long items = text.split("hook_pattern/", -1).length - 1L;
      assertTrue(end <= SMALL_SHARDS || items == 2, file.getKey() + " has " + end + " bytes");
    }
  }

  @Test
  void overflowsAreCountedByPointAndStoredAsInfinite() throws IOException {
    Path folder = temp.resolve("r");
    Hooks large = Hooks.none().intervene("blocks.1.hook_resid_pre", (c, x) -> x.muli(1e5));
    try (Recorder recorder = Recorder.of("bert-bi", 3, 8)) {
      RecordingSpec spec =
          recorder.spec("blocks.*.hook_resid_pre,blocks.0.attn.hook_z", "all", true, ONE_SHARD);
      RecordingWriter.Written written;
      long expected = 0;
      try (RecordingWriter writer =
          RecordingWriter.open(folder, Recorder.HEAD, spec, false).orElseThrow()) {
        TokenBatch batch = recorder.batch(0);
        Capture capture = writer.capture(batch);
        recorder.model().forward(batch, capture.after(large));
        for (int row = 0; row < 3; row++) {
          writer.add(capture, row, Recorder.entry(row));
          for (float value : capture.of(2, row)) {
            // Above this, the nearest half is infinite (IEEE 754: 65504 and half a step).
            expected += Math.abs(value) >= 65520 ? 1 : 0;
          }
        }
        written = writer.finish(Map.of());
      }
      assertTrue(expected > 10, "the test needs some: " + expected);
      assertEquals(Map.of("blocks.1.hook_resid_pre", expected), written.overflows());
      JsonNode manifest = new ObjectMapper().readTree(folder.resolve("manifest.json").toFile());
      assertEquals(expected, manifest.path("overflows").path("blocks.1.hook_resid_pre").asLong());
      int infinite = 0;
      try (Recording recording = Recording.open(folder)) {
        HookPoint point = HookPoint.of(1, Site.RESID_PRE);
        for (int i = 0; i < 3; i++) {
          for (float value : recording.get(Recorder.id(i), Side.PASSAGE, point).values()) {
            infinite += Float.isInfinite(value) ? 1 : 0;
          }
        }
      }
      assertEquals(expected, infinite);
    }
  }

  @Test
  void recordingChangesNoBitAndLeavesNoNativeArrays() throws IOException {
    try (Recorder recorder = Recorder.of("bert-cross", 3, 9)) {
      TokenBatch batch = recorder.batch(0);
      float[][] plain = recorder.model().forward(batch, Hooks.none());
      RecordingSpec spec = recorder.spec("*", "0,2,5-9", false, ONE_SHARD);
      int weights = recorder.model().liveArrays();
      for (int i = 0; i < 20; i++) {
        float[][] recorded =
            recorder
                .model()
                .forward(batch, new Capture(spec.points(), spec.kept(), batch).after(Hooks.none()));
        for (int row = 0; row < 3; row++) {
          assertArrayEquals(plain[row], recorded[row]);
        }
        assertEquals(weights, recorder.model().liveArrays(), "after batch " + i);
      }
    }
  }

  @Test
  void threadsReadTogether() throws Exception {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 17, 10)) {
      recorder.record(folder, recorder.spec("*hook_z", "all", false, SMALL_SHARDS), 17, false);
    }
    HookPoint point = HookPoint.of(1, Site.Z);
    try (Recording recording = Recording.open(folder);
        Recording alone = Recording.open(folder);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String id = Recorder.id(i * 7 % 17);
        float[] expected = alone.get(id, Side.PAIR, point).values();
        done.add(
            threads.submit(
                () -> assertArrayEquals(expected, recording.get(id, Side.PAIR, point).values())));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
  }

  /** Through a channel, nobody in the process could read it any more. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "patch blocks.1.hook_resid_pre from=r donor=p/3 per=position",
        "resample blocks.1.hook_resid_pre from=r per=position seed=3"
      })
  void aThreadThatIsInterruptedReadsOn(String line) throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 5, 13)) {
      recorder.record(
          folder, recorder.spec("blocks.1.hook_resid_pre", "all", false, ONE_SHARD), 5, false);
      HookedModel model = recorder.model();
      TokenBatch batch = recorder.batch(0);
      try (Recording recording = Recording.open(folder)) {
        Hooks recalls =
            InterventionSpec.parse(line)
                .compile(model.registry(), List.of(recorder.side()), name -> recording)
                .hooks();
        Hooks interrupted =
            Hooks.none()
                .observe("hook_full_embed", (context, x) -> Thread.currentThread().interrupt())
                .and(recalls);
        float[][] expected = model.forward(batch, recalls);
        float[][] begun = model.forward(batch, interrupted);
        assertThrows(CallInterruptedException.class, () -> model.forward(batch, recalls));
        assertTrue(Thread.interrupted(), "the thread stays interrupted");
        float[][] next = model.forward(batch, recalls);
        for (int row = 0; row < expected.length; row++) {
          assertArrayEquals(expected[row], begun[row], "what was begun is computed to its end");
          assertArrayEquals(expected[row], next[row]);
        }
      }
    }
  }

  @Test
  void whatWasNotRecordedIsNamed() throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 3, 11)) {
      recorder.record(folder, recorder.spec("blocks.0.*_z", "cls", false, ONE_SHARD), 3, false);
    }
    HookPoint z = HookPoint.of(0, Site.Z);
    try (Recording recording = Recording.open(folder)) {
      refused(
          () -> recording.get("p/9", Side.PAIR, z),
          folder.resolve("index.jsonl")
              + ": no pair 'p/9' was recorded, among 3; nearest: p/0, p/1, p/2");
      refused(
          () -> recording.get("p/0", Side.QUERY, z),
          folder.resolve("index.jsonl") + ": no side query was recorded; recorded: pair");
      refused(
          () -> recording.get("p/0", Side.PAIR, HookPoint.of(1, Site.Z)),
          folder + ": blocks.1.attn.hook_z was not recorded; recorded: [blocks.0.attn.hook_z]");
      assertTrue(recording.points(Side.PASSAGE).isEmpty());
    }
  }

  private static void refused(Runnable reading, String message) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, reading::run).getMessage());
  }

  @Test
  void brokenFoldersAreNamedByFile() throws IOException {
    Path folder = temp.resolve("r");
    try (Recorder recorder = Recorder.of("bert-cross", 17, 12)) {
      recorder.record(folder, recorder.spec("*hook_z", "all", false, SMALL_SHARDS), 17, false);
    }
    Path shard = folder.resolve("shard-00001.safetensors");
    byte[] whole = Files.readAllBytes(shard);

    Files.write(shard, Arrays.copyOf(whole, whole.length - 1));
    broken(
        folder,
        shard + ": has " + (whole.length - 1) + " bytes, the manifest says " + whole.length);

    byte[] changed = whole.clone();
    changed[whole.length - 1] ^= 1;
    Files.write(shard, changed);
    try (Recording recording = Recording.open(folder)) {
      RecordingException e =
          assertThrows(
              RecordingException.class,
              () -> {
                for (String id : recording.ids()) {
                  recording.get(id, Side.PAIR, HookPoint.of(0, Site.Z));
                }
              });
      assertEquals(shard + ": has changed: its hash is not that of the manifest", e.getMessage());
    }

    Files.delete(shard);
    broken(folder, shard + ": is missing from the recording");
    Files.write(shard, whole);

    Path index = folder.resolve("index.jsonl");
    String lines = Files.readString(index);
    Files.writeString(index, lines.replaceFirst("\"score\":0.0", "\"score\":1.0"));
    broken(folder, index + ": has changed: its hash is not that of the manifest");
    Files.writeString(index, lines);

    Path manifest = folder.resolve("manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"version\" : 1", "\"version\" : 2"));
    broken(folder, manifest + ": is of version 2 of the format; this program reads version 1");
    Files.writeString(manifest, "[]");
    broken(folder, manifest + ": does not describe a recording");
    Files.delete(manifest);
    broken(folder, manifest + ": no such file; this folder holds no recording");
  }

  private static void broken(Path folder, String message) {
    assertEquals(
        message,
        assertThrows(RecordingException.class, () -> Recording.open(folder).close()).getMessage());
  }
}
