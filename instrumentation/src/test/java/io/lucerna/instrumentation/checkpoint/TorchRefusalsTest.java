package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.Checkout;
import io.lucerna.testkit.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file of torch.save must not be, each with what is said of it. */
class TorchRefusalsTest {
  /** A pickle of a dict of one tensor of six numbers. */
  private static final byte[] SOUND =
      PickleBuilder.stateDict()
          .text("w")
          .tensorOf("FloatStorage", "0", 6)
          .at(0, new long[] {6}, 1)
          .end();

  /** Where the pickle begins in the zip files that are made here. */
  private static final int BEGIN = 46;

  @TempDir Path folder;

  private String failure(byte[] file) throws IOException {
    Path path = Files.write(folder.resolve("pytorch_model.bin"), file);
    String message =
        String.valueOf(
            assertThrows(CheckpointException.class, () -> Checkpoints.open(folder)).getMessage());
    assertTrue(message.startsWith(path + ": "), message);
    return message.substring((path + ": ").length());
  }

  private void refused(String expected, byte[] file) throws IOException {
    String message = failure(file);
    assertTrue(message.contains(expected), () -> "\"" + message + "\" lacks \"" + expected + "\"");
  }

  private void pickleRefused(String expected, PickleBuilder pickle) throws IOException {
    refused(expected, TorchBuilder.of(pickle.raw('.').bytes(), 24).zip());
  }

  /** Refused because of the tensors "w" and so on, all of the storage "0" of six numbers. */
  private void tensorsRefused(String expected, UnaryOperator<PickleBuilder> tensors)
      throws IOException {
    refused(expected, TorchBuilder.of(tensors.apply(PickleBuilder.stateDict()).end(), 24).zip());
  }

  private static PickleBuilder sixNumbers(PickleBuilder dict, String name) {
    return dict.text(name).tensorOf("FloatStorage", "0", 6);
  }

  @Test
  void anyOtherGlobalIsNamedWithItsPlaceAndWhatIsAllowed() throws IOException {
    byte[] pickle =
        new PickleBuilder().global("os", "system").text("id").raw(0x85, 'R', '.').bytes();
    assertEquals(
        "the pickle at byte "
            + (BEGIN + 2)
            + " asks for the global os.system; allowed are collections.OrderedDict,"
            + " torch._utils._rebuild_tensor_v2, torch._utils._rebuild_tensor_v3,"
            + " torch._utils._rebuild_parameter, torch._utils._rebuild_parameter_with_state,"
            + " torch.DoubleStorage, torch.FloatStorage, torch.HalfStorage,"
            + " torch.BFloat16Storage, torch.LongStorage, torch.IntStorage, torch.ShortStorage,"
            + " torch.CharStorage, torch.ByteStorage, torch.BoolStorage,"
            + " torch.storage.UntypedStorage, torch.uint16, torch.uint32, torch.uint64. A file of"
            + " weights needs no other, and one from a stranger may do harm in Python. Save the"
            + " tensors alone: torch.save(model.state_dict(), ...)",
        failure(TorchBuilder.of(pickle, 24).zip()));
    int begin = TorchBuilder.legacy(1001, true).length;
    refused(
        "the pickle at byte " + (begin + 2) + " asks for the global os.system; allowed are",
        TorchBuilder.legacy(1001, true, pickle));
  }

  @Test
  void globalsAreRefusedHoweverTheyAreAskedFor() throws IOException {
    for (String[] name :
        new String[][] {
          {"builtins", "eval"},
          {"torch", "load"},
          {"torch._utils", "_rebuild_sparse_tensor"},
          {"torch", "FloatStorage.__init__"},
          {"collections", "OrderedDict.__class__"},
          {"", "collections.OrderedDict"},
        }) {
      String expected = "asks for the global " + name[0] + "." + name[1] + ";";
      pickleRefused(expected, new PickleBuilder().global(name[0], name[1]));
      pickleRefused(expected, new PickleBuilder().text(name[0]).text(name[1]).raw(0x93));
    }
    pickleRefused(
        "asks for a global whose name is not a string", new PickleBuilder().raw('N', 'N', 0x93));
    pickleRefused(
        "asks for the global a?b.c", new PickleBuilder().text("a\u001bb").text("c").raw(0x93));
  }

  @Test
  void operationsThatBuildOtherThingsAreRefused() throws IOException {
    // INST, OBJ, NEWOBJ, NEWOBJ_EX, EXT1, PERSID, POP, DUP, BINFLOAT, INT, STRING, EMPTY_SET.
    for (int operation :
        new int[] {'i', 'o', 0x81, 0x92, 0x82, 'P', '0', '2', 'G', 'I', 'S', 0x8f}) {
      pickleRefused(
          String.format(
              Locale.ROOT,
              "the pickle at byte %d has the operation 0x%02x, which no pickle of tensors needs",
              BEGIN + 3,
              operation),
          new PickleBuilder().raw('N', operation));
    }
  }

  @Test
  void lengthsAreRefusedBeforeAnythingIsAllocated() throws IOException {
    pickleRefused(
        "has a text of 4294967295 bytes, allowed are up to",
        new PickleBuilder().raw('X', 0xff, 0xff, 0xff, 0xff));
    pickleRefused(
        "has a text of 65537 bytes, allowed are up to 65536",
        new PickleBuilder().text("a".repeat(65537)));
    pickleRefused(
        "has a text of 200 bytes, allowed are up to 1", new PickleBuilder().raw(0x8c, 200));
    pickleRefused(
        "has a whole number of 255 bytes, allowed are up to 8", new PickleBuilder().raw(0x8a, 255));
    pickleRefused(
        "has a name of more than 256 bytes", new PickleBuilder().global("a".repeat(300), "b"));
    pickleRefused(
        "remembers a value as number 4294967295, allowed are up to 999999",
        new PickleBuilder().raw('N', 'r', 0xff, 0xff, 0xff, 0xff));
    pickleRefused("has a text that is not UTF-8", new PickleBuilder().raw(0x8c, 1, 0xff));
  }

  @Test
  void endlessPicklesAreRefusedInLittleMemory() throws Exception {
    for (int operation : new int[] {'}', ']', 'N', '('}) {
      byte[] pickle = new PickleBuilder().raw(fill(1_000_001, operation)).raw('.').bytes();
      byte[] file = TorchBuilder.of(pickle, 24).zip();
      Work work = Work.begin();
      refused("has more than 1000000 operations, too many for a state dict", file);
      long allocated = work.bytes();
      assertTrue(allocated < 150_000_000, operation + " took " + allocated + " bytes");
    }
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    for (int i = 0; i < 1000; i++) {
      texts.writeBytes(new PickleBuilder().text("a".repeat(65_536)).bytes());
    }
    refused(
        "is longer than 64000000 bytes, too long for a state dict",
        TorchBuilder.of(texts.toByteArray(), 24).zip());
  }

  private static int[] fill(int count, int value) {
    int[] values = new int[count];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void aMachineThatIsMisusedSaysHow() throws IOException {
    pickleRefused("is of protocol 1, allowed are 2 to 5", new PickleBuilder().raw(0x80, 1));
    pickleRefused("takes a value from an empty stack", new PickleBuilder());
    pickleRefused("takes a value from an empty stack", new PickleBuilder().raw('N', '(', 0x85));
    pickleRefused("goes back to a mark that does not exist", new PickleBuilder().raw('t'));
    pickleRefused("recalls value number 3, which it never", new PickleBuilder().raw('h', 3));
    pickleRefused("appends to a tuple", new PickleBuilder().raw(')', 'N', 'a'));
    pickleRefused("puts entries into a list", new PickleBuilder().raw(']', 'N', 'N', 's'));
    pickleRefused("puts a key without a value", new PickleBuilder().raw('}', '(', 'N', 'u'));
    pickleRefused("has a whole number as a key", new PickleBuilder().raw('}', 'K', 1, 'N', 's'));
    pickleRefused("ends with more than one value", new PickleBuilder().raw('N', 'N'));
    pickleRefused("sets attributes of None from a dict", new PickleBuilder().raw('N', '}', 'b'));
    pickleRefused("calls a text with a tuple", new PickleBuilder().text("x").raw(')', 'R'));
    String otherwise = " in another way than torch.save writes";
    pickleRefused(
        "calls torch.FloatStorage" + otherwise,
        new PickleBuilder().global("torch", "FloatStorage").raw(')', 'R'));
    pickleRefused(
        "calls torch._utils._rebuild_parameter" + otherwise,
        new PickleBuilder().global("torch._utils", "_rebuild_parameter").raw(')', 'R'));
    refused("is cut short: it has no end", TorchBuilder.of(new byte[] {'N'}, 24).zip());
    pickleRefused("has bytes after the pickle's end", new PickleBuilder().raw('}', '.'));
  }

  @Test
  void storagesMustBeOfTheKnownForm() throws IOException {
    String form = "refers to something outside that is not a storage of the form";
    pickleRefused(form, new PickleBuilder().raw('N', 'Q'));
    pickleRefused(form, new PickleBuilder().storage("uint16", "0", 6));
    pickleRefused(form, new PickleBuilder().storage("FloatStorage", "0", -1));
    pickleRefused(form, new PickleBuilder().storage("FloatStorage", "0", Long.MAX_VALUE));
    pickleRefused(
        "gives the storage 0 two types or lengths",
        new PickleBuilder().storage("FloatStorage", "0", 6).storage("IntStorage", "0", 6));
    pickleRefused(
        "has no entry archive/data/../../etc/passwd for the storage ../../etc/passwd",
        new PickleBuilder().storage("FloatStorage", "../../etc/passwd", 6));
    pickleRefused(
        "the storage 0 of 7 F32 needs 28 bytes, but the entry archive/data/0 has 24 bytes",
        new PickleBuilder().storage("FloatStorage", "0", 7));
  }

  @Test
  void onlyADictOfTensorsIsRead() throws IOException {
    pickleRefused("holds None, where a dict of tensors must be", new PickleBuilder().raw('N'));
    tensorsRefused(
        "its entry epoch is a whole number, not a tensor. Save the tensors alone:"
            + " torch.save(model.state_dict(), ...)",
        dict -> dict.text("epoch").number(3));
    tensorsRefused("its entry model is a dict, not", dict -> dict.text("model").raw('}'));
    tensorsRefused(
        "names w twice",
        dict ->
            sixNumbers(sixNumbers(dict, "w").at(0, new long[] {6}, 1), "w")
                .at(0, new long[] {6}, 1));
  }

  @Test
  void tensorsMustLieInTheirStorage() throws IOException {
    Map<String, long[][]> outside =
        Map.of(
            "shape [7], strides [1] and type F32, from number 0", new long[][] {{0}, {7}, {1}},
            "shape [6], strides [1] and type F32, from number 1", new long[][] {{1}, {6}, {1}},
            "shape [2, 3], strides [4, 1]", new long[][] {{0}, {2, 3}, {4, 1}},
            "shape [2], strides [9223372036854775807]", new long[][] {{0}, {2}, {Long.MAX_VALUE}},
            "shape [], strides [] and type F32, from number 6", new long[][] {{6}, {}, {}},
            "shape [1099511627776, 1099511627776]",
                new long[][] {{0}, {1L << 40, 1L << 40}, {0, 0}},
            "from number 9223372036854775807", new long[][] {{Long.MAX_VALUE}, {1}, {1}});
    for (Map.Entry<String, long[][]> row : outside.entrySet()) {
      long[][] view = row.getValue();
      UnaryOperator<PickleBuilder> tensor =
          dict -> sixNumbers(dict, "w").at(view[0][0], view[1], view[2]);
      tensorsRefused(row.getKey(), tensor);
      tensorsRefused("is not within the 6 elements of its storage 0", tensor);
    }
    for (long[][] odd :
        new long[][][] {{{-1}, {1}, {1}}, {{0}, {-1}, {1}}, {{0}, {2}, {-1}}, {{0}, {2, 3}, {1}}}) {
      tensorsRefused(
          "calls torch._utils._rebuild_tensor_v2 in another way",
          dict -> sixNumbers(dict, "w").at(odd[0][0], odd[1], odd[2]));
    }
    tensorsRefused(
        "calls torch._utils._rebuild_tensor_v2 in another way",
        dict -> sixNumbers(dict, "w").at(0, new long[17], new long[17]));
  }

  @Test
  void tensorsMustNotOverlap() throws IOException {
    for (long[][] view :
        new long[][][] {{{2, 6}, {0, 1}}, {{3, 2}, {1, 1}}, {{2, 2, 2}, {1, 2, 2}}}) {
      tensorsRefused(
          "tensor w of shape "
              + Arrays.toString(view[0])
              + ", strides "
              + Arrays.toString(view[1])
              + " and type F32 overlaps itself: two indices are one element",
          dict -> sixNumbers(dict, "w").at(0, view[0], view[1]));
    }
    for (List<long[][]> pair :
        List.of(
            List.of(new long[][] {{0}, {4}, {1}}, new long[][] {{3}, {3}, {1}}),
            List.of(new long[][] {{0}, {6}, {1}}, new long[][] {{2}, {2}, {1}}),
            List.of(new long[][] {{0}, {3}, {2}}, new long[][] {{0}, {5}, {1}}))) {
      tensorsRefused(
          "the tensors a and b overlap: they share a storage, but not all of their elements",
          dict -> {
            long[][] a = pair.get(0);
            long[][] b = pair.get(1);
            return sixNumbers(sixNumbers(dict, "a").at(a[0][0], a[1], a[2]), "b")
                .at(b[0][0], b[1], b[2]);
          });
    }
  }

  @Test
  void aCompressedEntryIsRefusedWhateverItBecomes() throws IOException {
    byte[] bomb =
        new TorchBuilder()
            .add("archive/data/0", new byte[20_000_000])
            .add("archive/data.pkl", SOUND)
            .zip(ZipEntry.DEFLATED);
    assertTrue(bomb.length < 30_000, "20 MB in " + bomb.length);
    String message = failure(bomb);
    assertTrue(
        message.matches(
            "its entry archive/data/0 is compressed \\(method 8\\), \\d+ bytes that are to "
                + "become 20000000; torch.save does not compress entries, so save the weights "
                + "with it again"),
        message);
  }

  @Test
  void entriesMustLieInTheFileAsTheDirectorySays() throws IOException {
    byte[] sound = TorchBuilder.of(SOUND, 24).zip();
    String data = "archive/data/0";
    byte[] larger = TorchBuilder.set(sound, data, TorchBuilder.SIZE, 4, 1_000_000_000);
    refused("1000000000; torch.save does not compress entries", larger);
    larger = TorchBuilder.set(larger, data, TorchBuilder.PACKED, 4, 1_000_000_000);
    refused("its entry archive/data/0 of 1000000000 bytes at byte", larger);
    refused("is not before the zip directory at byte", larger);
    refused(
        "its entry archive/data/0 is not before the zip directory",
        TorchBuilder.set(sound, data, TorchBuilder.HEADER, 4, 0x7fffffff));
    refused(
        "its entry archive/data/0 lacks its zip64 numbers",
        TorchBuilder.set(sound, data, TorchBuilder.HEADER, 4, 0xffffffffL));
    refused(
        "has no entry archive/data/0 at byte 0 as the zip directory has it",
        TorchBuilder.set(sound, data, TorchBuilder.HEADER, 4, 0));
    refused(
        "its entry archive/data/0 is encrypted",
        TorchBuilder.set(sound, data, TorchBuilder.FLAGS, 2, 1));
    byte[] shifted = sound.clone();
    int header = TorchBuilder.get(sound, data, TorchBuilder.HEADER);
    shifted[header + 22]++;
    refused("has no entry archive/data/0 at byte " + header, shifted);
    refused("is damaged: its CRC-32 is", TorchBuilder.set(sound, "archive/data.pkl", 16, 4, 1));
  }

  @Test
  void entriesMustNotOverlapOrComeTwice() throws IOException {
    byte[] inner = TorchBuilder.of(SOUND, 24).zip();
    int header = TorchBuilder.get(inner, "archive/data/0", TorchBuilder.HEADER);
    // The storage holds another entry, to which the directory points.
    byte[] stored = Arrays.copyOfRange(inner, header, header + 30 + "archive/data/0".length() + 24);
    byte[] nested =
        new TorchBuilder()
            .add("archive/data/1", stored)
            .add("archive/data.pkl", SOUND)
            .add("archive/data/0", new byte[24])
            .zip();
    int at = TorchBuilder.get(nested, "archive/data/1", TorchBuilder.HEADER);
    int inside = at + 30 + "archive/data/1".length();
    refused(
        "its entries archive/data/1 and archive/data/0 overlap",
        TorchBuilder.set(nested, "archive/data/0", TorchBuilder.HEADER, 4, inside));
    byte[] twice = TorchBuilder.of(SOUND, 24).add("archive/data/1", new byte[24]).zip();
    at = TorchBuilder.get(twice, "archive/data/1", TorchBuilder.HEADER);
    byte[] renamed = TorchBuilder.set(twice, "archive/data/1", 46 + 13, 1, '0');
    renamed[at + 30 + 13] = '0';
    refused("holds the entry archive/data/0 twice", renamed);
  }

  @Test
  void namesThatClimbAreRefused() throws IOException {
    for (String name :
        List.of(
            "../evil",
            "archive/../../evil",
            "/etc/passwd",
            "archive/./x",
            "a\\b",
            "c:/x",
            "a//b",
            "a/\u0000")) {
      byte[] file = TorchBuilder.of(SOUND, 24).add(name, new byte[1]).zip();
      refused(
          "names the entry \""
              + name.replace('\u0000', '?')
              + "\", which is not inside the archive",
          file);
    }
  }

  @Test
  void aZipFileMustBeOneOfWeights() throws IOException {
    byte[] sound = TorchBuilder.of(SOUND, 24).zip();
    refused(
        "its entries archive/data.pkl and other/x are not in one folder",
        TorchBuilder.of(SOUND, 24).add("other/x", "x").zip());
    refused(
        "has no entry archive/data.pkl: is it a file of PyTorch weights?",
        new TorchBuilder().add("archive/constants.pkl", SOUND).zip());
    refused(
        "has no entry archive/data/0 for the storage 0",
        new TorchBuilder().add("archive/data.pkl", SOUND).zip());
    refused(
        "has the byte order \"big\", allowed is \"little\": load it in Python",
        TorchBuilder.of(SOUND, 24).add("archive/byteorder", "big").zip());
    refused("does not end as a zip file does: is it cut short?", Arrays.copyOf(sound, 200));
    refused("is cut short: 10 bytes are not a zip file", Arrays.copyOf(sound, 10));
    byte[] comment = Arrays.copyOf(sound, sound.length + 3);
    comment[sound.length - 2] = 3;
    refused("does not end as a zip file does", comment);
    byte[] more = sound.clone();
    more[sound.length - 12]--;
    refused("its zip directory holds more than the 1 entries it names", more);
    more[sound.length - 12] += 2;
    refused("its zip directory is broken at byte", more);
    byte[] far = sound.clone();
    far[sound.length - 3] = 0x7f;
    refused("is not within the file", far);
  }

  @Test
  void zip64RecordsMustLieInTheFile() throws IOException {
    byte[] sound = Files.readAllBytes(Checkout.models().resolve("bins/zip.bin"));
    int locator = sound.length - 42;
    byte[] far = sound.clone();
    far[locator + 15] = 0x7f;
    refused("its zip64 record at byte 91", far);
    byte[] wrong = sound.clone();
    wrong[locator + 8]++;
    refused("is not in the file", wrong);
    wrong[locator + 8] -= 2;
    refused("has no zip64 record at byte", wrong);
  }

  @Test
  void theLegacyFormMustBeWhole() throws IOException {
    byte[] keys = TorchBuilder.keys("0");
    byte[] stored = TorchBuilder.stored(6, 24);
    refused("is not of version 1001", TorchBuilder.legacy(1002, true, SOUND, keys, stored));
    refused("is big-endian", TorchBuilder.legacy(1001, false, SOUND, keys, stored));
    refused(
        "does not list the storage 0",
        TorchBuilder.legacy(1001, true, SOUND, TorchBuilder.keys(), stored));
    refused(
        "lists a storage key twice, or one that no tensor has: 1",
        TorchBuilder.legacy(1001, true, SOUND, TorchBuilder.keys("0", "1"), stored));
    refused(
        "lists a storage key twice, or one that no tensor has: 0",
        TorchBuilder.legacy(1001, true, SOUND, TorchBuilder.keys("0", "0"), stored));
    refused(
        "has a dict where the list of storage keys must be",
        TorchBuilder.legacy(1001, true, SOUND, SOUND, stored));
    refused(
        "the storage 0 of 6 F32 needs 24 bytes, but 7 elements are stored",
        TorchBuilder.legacy(1001, true, SOUND, keys, TorchBuilder.stored(7, 28)));
    refused(
        "is cut short: the storage 0 of 6 F32 needs 24 bytes, the file has 23 more",
        TorchBuilder.legacy(1001, true, SOUND, keys, TorchBuilder.stored(6, 23)));
    refused(
        "is cut short: the storage 0 is not there",
        TorchBuilder.legacy(1001, true, SOUND, keys, new byte[7]));
    refused(
        "has 1 bytes after its last storage",
        TorchBuilder.legacy(1001, true, SOUND, keys, stored, new byte[1]));
    refused(
        "begins neither as a zip file nor with the magic number of torch.save's legacy form",
        new byte[100]);
  }

  /** The files that the refusals are made of are themselves read. */
  @Test
  void theSoundFilesAreRead() throws IOException {
    Path file = folder.resolve("pytorch_model.bin");
    byte[] legacy =
        TorchBuilder.legacy(1001, true, SOUND, TorchBuilder.keys("0"), TorchBuilder.stored(6, 24));
    for (byte[] sound : List.of(TorchBuilder.of(SOUND, 24).zip(), legacy)) {
      Files.write(file, sound);
      try (Checkpoint checkpoint = Checkpoints.open(folder)) {
        assertEquals(6, checkpoint.floats("w").length);
      }
    }
  }
}
