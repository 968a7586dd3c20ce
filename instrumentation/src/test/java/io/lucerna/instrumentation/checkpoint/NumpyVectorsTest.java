package io.lucerna.instrumentation.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.Vectors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumpyVectorsTest {
  /** What numpy 1 and 2 write of {@code np.array([1.5, -2, 0.1])}, after the type. */
  private static final String START =
      "934e554d5059010076007b276465736372273a2027%s272c2027666f727472616e5f6f72646572273a2046616c"
          + "73652c20277368617065273a2028332c292c207d";

  @TempDir Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("v.npy"), bytes);
  }

  /** A file of NumPy's form with that header, padded as NumPy pads it. */
  private static byte[] npy(String header, int version, byte[] numbers) {
    int start = version == 1 ? 10 : 12;
    int padding = 63 - (start + header.length()) % 64;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[start + text.length + numbers.length];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0};
    System.arraycopy(magic, 0, bytes, 0, 8);
    bytes[8] = (byte) text.length;
    bytes[9] = (byte) (text.length >> 8);
    System.arraycopy(text, 0, bytes, start, text.length);
    System.arraycopy(numbers, 0, bytes, start + text.length, numbers.length);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "<f2,AD4AwGYu,0.0999755859375",
    "<f4,AADAPwAAAMDNzMw9,0.10000000149011612",
    "<f8,AAAAAAAA+D8AAAAAAAAAwJqZmZmZmbk/,0.1"
  })
  void readsWhatNumpyWrites(String type, String numbers, double third) throws IOException {
    for (int version = 1; version <= 3; version++) {
      byte[] bytes =
          npy(
              "{'descr': '" + type + "', 'fortran_order': False, 'shape': (3,), }",
              version,
              Base64.getDecoder().decode(numbers));
      if (version == 1) {
        String hex = HexFormat.of().formatHex(type.getBytes(StandardCharsets.US_ASCII));
        assertTrue(HexFormat.of().formatHex(bytes).startsWith(START.replace("%s", hex)));
      }
      Path file = write(bytes);
      assertArrayEquals(new double[][] {{1.5, -2, third}}, NumpyVectors.read(file).rows());
      Vectors.Stored stored = new Vectors.Stored(file.toString(), Vectors.Stored.ARRAY);
      assertArrayEquals(
          new double[][] {{1.5, -2, third}}, SpecSources.withoutRecordings().vectors(stored));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '>f4', 'fortran_order': False, 'shape': (3,), } | has numbers of the type '>f4';"
            + " floats are read, little-endian: '<f2', '<f4', '<f8'",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), } | has numbers of the type '<i8'; floats",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), } | has numbers of the type [('a'; floats",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (3,), } | is in Fortran order; save it in C",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 1), } | has the shape (1, 3, 1); expected one vector, (d,), or several, (k, d)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), } | has the shape (); expected one vector, (d,)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), } | has 12 bytes of numbers, where the shape (4,) takes 16",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), } | takes 0; a vector has at least one number",
        "{'descr': '<f4', 'shape': (3,), } | has no fortran_order in its header",
        "{} | has no descr in its header",
      })
  void saysWhyItReadsNothingElse(String header, String why) throws IOException {
    Path file = write(npy(header, 1, new byte[12]));
    String message =
        String.valueOf(
            assertThrows(CheckpointException.class, () -> NumpyVectors.read(file)).getMessage());
    assertTrue(message.startsWith(file + ": ") && message.contains(why), message);
  }

  @Test
  void refusesWhatIsNoArrayOfFiniteNumbers() throws IOException {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    byte[] nan = {0, 0, (byte) 0xc0, 0x7f};
    Path file = write(npy(header, 1, nan));
    refuses(file, "value at index 0 is NaN; all must be finite");
    refuses(write(npy(header, 4, nan)), "is of version 4 of NumPy's form; 1 to 3 are read");
    refuses(
        write("PK\3\4 an archive".getBytes(StandardCharsets.US_ASCII)), "does not begin as one");
    refuses(write(new byte[0]), "does not begin as one");
    refuses(write(Arrays.copyOf(npy(header, 1, nan), 40)), "it ends within its header");
    refuses(folder.resolve("no.npy"), "no such file");
    Path in = Files.createDirectory(folder.resolve("in.npy"));
    refuses(in, "is a folder, not a file of weights");
  }

  private static void refuses(Path file, String why) {
    String message =
        String.valueOf(
            assertThrows(CheckpointException.class, () -> NumpyVectors.read(file)).getMessage());
    assertTrue(message.startsWith(file + ": ") && message.contains(why), message);
  }

  @Test
  void readsSeveralVectorsAndOneOfThem() throws IOException {
    ByteBuffer numbers = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      numbers.putFloat(i - 2.5f);
    }
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    Path file = write(npy(header, 1, numbers.array()));
    double[][] rows = {{-2.5, -1.5, -.5}, {.5, 1.5, 2.5}};
    assertArrayEquals(rows, NumpyVectors.read(file).rows());
    SpecSources sources = SpecSources.withoutRecordings();
    Vectors.Stored all = new Vectors.Stored(file.toString(), Vectors.Stored.ARRAY);
    assertArrayEquals(rows[1], sources.row(new Vectors.Row(all, 1)));
    assertEquals(
        all + " has 2 rows, 0 to 1, got 2",
        assertThrows(CheckpointException.class, () -> sources.row(new Vectors.Row(all, 2)))
            .getMessage());
    InterventionSpec spec = InterventionSpec.parse("project-out a vector=row:1:" + file);
    assertEquals("project-out a vector=row:1:" + file + "#array", spec.toString());
    assertEquals(NumpyVectors.read(file).sha256(), sources.sha256(spec.sources().getFirst()));
  }

  /** Whatever the bytes, the complaint is one that names the file. */
  @Test
  void survivesAnyBytes() throws IOException {
    byte[] whole =
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 1, new byte[12]);
    for (long seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int i = 0; i < 3 && bytes.length > 0; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path file = write(bytes);
      try {
        NumpyVectors.read(file);
      } catch (CheckpointException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith(file + ": "), "seed " + seed);
      }
    }
  }

  @Test
  void specsNameItByItsFile() throws IOException {
    Path file =
        write(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 1, new byte[4]));
    InterventionSpec spec = InterventionSpec.parse("add a vector=" + file);
    assertEquals("add a vector=" + file + "#array dose=1", spec.toString());
    SpecSources sources = SpecSources.withoutRecordings();
    assertEquals(NumpyVectors.read(file).sha256(), sources.sha256(spec.sources().getFirst()));
    String message =
        assertThrows(
                CheckpointException.class,
                () -> sources.vectors(new Vectors.Stored(file.toString(), "v")))
            .getMessage();
    assertEquals(file + ": holds one array, without a name: say vector=" + file, message);
  }
}
