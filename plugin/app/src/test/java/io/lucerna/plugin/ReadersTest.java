package io.lucerna.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.lucerna.plugin.cli.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every reader takes every form of a text, and refuses the others with file and line. */
class ReadersTest {
  static final List<Readers.Reader> READERS = Readers.ALL;

  @TempDir Path folder;

  private interface Packer {
    OutputStream around(OutputStream out) throws IOException;
  }

  static byte[] packed(byte[] bytes, Packer packer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packing = packer.around(out)) {
      packing.write(bytes);
    }
    return out.toByteArray();
  }

  /** The forms of a text that mean the same. */
  static Map<String, byte[]> forms(String text) throws IOException {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    byte[] marked = ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> forms = new LinkedHashMap<>();
    forms.put("plain", plain);
    forms.put("byte order mark", marked);
    forms.put("CRLF", text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    forms.put("no last line end", text.strip().getBytes(StandardCharsets.UTF_8));
    forms.put("gzip", packed(plain, GZIPOutputStream::new));
    forms.put("gzip of a marked text", packed(marked, GZIPOutputStream::new));
    forms.put("bzip2", packed(plain, BZip2CompressorOutputStream::new));
    forms.put("zstd", packed(plain, ZstdOutputStream::new));
    return forms;
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("text"), bytes);
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void everyFormGivesTheSameValues(Readers.Reader reader) throws Exception {
    Map<String, byte[]> forms = forms(reader.sample());
    Object expected = reader.values().of(file(Objects.requireNonNull(forms.get("plain"))));
    for (Map.Entry<String, byte[]> form : forms.entrySet()) {
      assertEquals(expected, reader.values().of(file(form.getValue())), form.getKey());
      InputStream before = System.in;
      System.setIn(new ByteArrayInputStream(form.getValue()));
      try {
        assertEquals(expected, reader.values().of(Path.of("-")), form.getKey() + " from -");
      } finally {
        System.setIn(before);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void pipesAreRead(Readers.Reader reader) throws Exception {
    Object expected = reader.values().of(file(reader.sample().getBytes(StandardCharsets.UTF_8)));
    Path pipe = folder.resolve("pipe");
    Assumptions.assumeTrue(
        !System.getProperty("os.name").startsWith("Windows"), "skipped: no named pipes here");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    byte[] bytes = packed(reader.sample().getBytes(StandardCharsets.UTF_8), GZIPOutputStream::new);
    AtomicReference<IOException> failure = new AtomicReference<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                Files.write(pipe, bytes);
              } catch (IOException e) {
                failure.set(e);
              }
            });
    writer.setDaemon(true);
    writer.start();
    assertEquals(expected, reader.values().of(pipe));
    writer.join();
    assertEquals(null, failure.get());
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void whatIsNotUtf8IsNamedWithItsLine(Readers.Reader reader) throws IOException {
    int line =
        reader.sample().substring(0, reader.sample().lastIndexOf('é')).split("\n", -1).length;
    Path latin1 = file(reader.sample().getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(reader, latin1, ":" + line + ": not UTF-8: byte 0xE9");
    for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      for (String mark : List.of("\uFEFF", "")) {
        Path utf16 = file((mark + reader.sample()).getBytes(charset));
        assertRefused(reader, utf16, ":1: is UTF-16; save it as UTF-8");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void whatCannotBeDecompressedIsNamed(Readers.Reader reader) throws IOException {
    Path xz = file(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 4});
    assertRefused(reader, xz, ": is compressed by xz; gzip, bzip2, zstd and plain text are read");
    byte[] bytes = packed(reader.sample().getBytes(StandardCharsets.UTF_8), GZIPOutputStream::new);
    Path cut = file(Arrays.copyOf(bytes, bytes.length - 9));
    assertRefused(reader, cut, ": its gzip data is cut off or broken");
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void missingFilesAndFoldersAreNamed(Readers.Reader reader) throws IOException {
    assertRefused(reader, folder.resolve("missing"), "");
    if (!reader.name().equals("corpora")) {
      assertRefused(reader, Files.createDirectory(folder.resolve("folder")), ": is a folder");
    }
  }

  /** Its command ends with the exit code of inputs, and the message begins with the file. */
  private static void assertRefused(Readers.Reader reader, Path file, String what) {
    Exception thrown = assertThrows(Exception.class, () -> reader.values().of(file));
    Failures.Failure failure = Failures.explain(thrown).orElseThrow();
    assertEquals(ExitCode.INPUT, failure.code(), failure.message());
    assertTrue(failure.message().startsWith(file + what), failure.message());
  }

  @ParameterizedTest
  @FieldSource("READERS")
  void emptyAndBlankFilesAreRefusedOrEmpty(Readers.Reader reader) throws IOException {
    for (String text : List.of("", "\n \n\r\n")) {
      Path file = file(text.getBytes(StandardCharsets.UTF_8));
      try {
        Object values = reader.values().of(file);
        assertTrue(
            List.of("corpora", "regressions").contains(reader.name()),
            reader + " of an empty file is " + values);
      } catch (IOException | RuntimeException e) {
        Failures.Failure failure = Failures.explain(e).orElseThrow(() -> new AssertionError(e));
        assertEquals(ExitCode.INPUT, failure.code(), failure.message());
        assertTrue(failure.message().startsWith(file + ":"), failure.message());
      }
    }
  }

  @Test
  void standardInputIsGivenToOneOptionOnly() throws IOException {
    Path topics = Files.writeString(folder.resolve("t.tsv"), "q1\tlamp\n");
    Path run = Files.writeString(folder.resolve("run"), "q1 Q0 d1 1 2 t\n");
    Path corpus = Files.writeString(folder.resolve("c.jsonl"), Readers.CORPUS);
    String output = folder.resolve("out").toString();
    Shell both =
        fed(
            Files.readString(run),
            "-run",
            "-",
            "-topics",
            "-",
            "-corpus",
            corpus.toString(),
            "-output",
            output);
    assertEquals(ExitCode.INPUT, both.code());
    assertEquals(
        "lucerna rerank: standard input: was read already, and can be read only once; give a file",
        both.err().strip());
    Shell fromTopics =
        fed(
            "q1\tlamp\n",
            "-run",
            run.toString(),
            "-topics",
            "-",
            "-corpus",
            corpus.toString(),
            "-output",
            output);
    assertEquals(ExitCode.DONE, fromTopics.code(), fromTopics.err());
    String expected = Files.readString(Path.of(output));
    Shell fromRun =
        fed(
            Files.readString(run),
            "-run",
            "-",
            "-topics",
            topics.toString(),
            "-corpus",
            corpus.toString(),
            "-output",
            output);
    assertEquals(ExitCode.DONE, fromRun.code(), fromRun.err());
    assertEquals(expected, Files.readString(Path.of(output)));
    Shell fromCorpus =
        fed(
            Readers.CORPUS,
            "-run",
            run.toString(),
            "-topics",
            topics.toString(),
            "-corpus",
            "-",
            "-output",
            output);
    assertEquals(ExitCode.DONE, fromCorpus.code(), fromCorpus.err());
    assertEquals(expected, Files.readString(Path.of(output)));
  }

  @Test
  void aDashIsStandardInputAmongArgumentsToo() throws IOException {
    String qrels = Files.writeString(folder.resolve("qrels"), Readers.QRELS).toString();
    String run = Files.writeString(folder.resolve("run"), Readers.RUN).toString();
    String expected = Shell.succeed("eval", "-q", qrels, run).out();
    assertEquals(expected, given(Readers.QRELS, "eval", "-q", "-", run).out());
    assertEquals(expected, given(Readers.RUN, "eval", "-q", qrels, "-").out());
    Shell both = given(Readers.QRELS, "eval", "-", "-");
    assertEquals(ExitCode.INPUT, both.code(), both.err());
    assertTrue(both.err().contains("standard input: was read already"), both.err());
  }

  private static Shell fed(String input, String... arguments) {
    String[] all = new String[arguments.length + 3];
    System.arraycopy(new String[] {"rerank", "-model", "fake"}, 0, all, 0, 3);
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return given(input, all);
  }

  private static Shell given(String input, String... arguments) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return Shell.run(arguments);
    } finally {
      System.setIn(before);
    }
  }
}
