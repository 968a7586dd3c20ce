package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.lucerna.base.text.MalformedTextException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  private static final String TEXT = "första\tzwei\r\n\r\n三 🙂\nlast";

  @TempDir Path folder;

  private interface Packer {
    OutputStream around(OutputStream out) throws IOException;
  }

  private static byte[] packed(byte[] bytes, Packer packer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packing = packer.around(out)) {
      packing.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private TextFile file(byte[] bytes) throws IOException {
    return TextFile.of(Files.write(folder.resolve("text"), bytes));
  }

  private static List<String> lines(TextFile file) throws IOException {
    List<String> read = new ArrayList<>();
    try (TextLines lines = file.lines()) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        read.add(line);
      }
    }
    return read;
  }

  @Test
  void oneCharacterAfterTheOther() throws IOException {
    StringBuilder read = new StringBuilder();
    try (Reader reader = file(utf8(TEXT)).reader()) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        read.append((char) c);
      }
    }
    assertEquals(TEXT, read.toString());
  }

  @Test
  void everyFormGivesTheSameText() throws IOException {
    byte[] marked = utf8('\uFEFF' + TEXT);
    List<byte[]> forms =
        List.of(
            utf8(TEXT),
            marked,
            packed(marked, GZIPOutputStream::new),
            packed(utf8(TEXT), BZip2CompressorOutputStream::new),
            packed(utf8(TEXT), ZstdOutputStream::new));
    for (byte[] form : forms) {
      assertEquals(TEXT, file(form).text());
      assertEquals(List.of("första\tzwei", "", "三 🙂", "last"), lines(file(form)));
    }
  }

  @Test
  void membersOfCompressedFilesAreAllRead() throws IOException {
    for (Packer packer : List.<Packer>of(GZIPOutputStream::new, BZip2CompressorOutputStream::new)) {
      ByteArrayOutputStream two = new ByteArrayOutputStream();
      two.write(packed(utf8("a\n"), packer));
      two.write(packed(utf8("b\n"), packer));
      assertEquals(List.of("a", "b"), lines(file(two.toByteArray())));
    }
  }

  @Test
  void otherCompressionsAreNamed() throws IOException {
    TextFile xz = file(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    MalformedTextException e = assertThrows(MalformedTextException.class, xz::text);
    assertEquals(
        folder.resolve("text") + ": is compressed by xz; gzip, bzip2, zstd and plain text are read",
        e.getMessage());
  }

  @Test
  void aCompressedFileThatEndsEarlyIsNoShortText() throws IOException {
    byte[] whole = packed(utf8(TEXT.repeat(1000)), GZIPOutputStream::new);
    TextFile cut = file(java.util.Arrays.copyOf(whole, whole.length - 20));
    MalformedTextException e = assertThrows(MalformedTextException.class, () -> lines(cut));
    assertEquals(true, String.valueOf(e.getMessage()).contains("gzip data is cut off or broken"));
  }

  @Test
  void whatIsNotUtf8IsFoundWithItsLine() throws IOException {
    TextFile latin1 = file("one\ntwo\ncafé".getBytes(StandardCharsets.ISO_8859_1));
    String message = folder.resolve("text") + ":3: not UTF-8: byte 0xE9 at byte 4 of the line";
    assertEquals(message, assertThrows(MalformedTextException.class, latin1::text).getMessage());
    assertEquals(
        message, assertThrows(MalformedTextException.class, () -> lines(latin1)).getMessage());
  }

  @Test
  void theReplacementCharacterItselfIsText() throws IOException {
    assertEquals("a\uFFFDb", file(utf8("a\uFFFDb")).text());
  }

  @Test
  void linesAreThoseOfJava() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(5) == 0 ? 200_000 : random.nextInt(40);
      int rarity = length > 1000 ? 70_000 : 5;
      for (int i = 0; i < length; i++) {
        int kind = random.nextInt(rarity);
        text.append(kind == 0 ? "\n" : kind == 1 ? "\r" : kind == 2 ? "\r\n" : "x");
      }
      List<String> expected =
          new BufferedReader(new StringReader(text.toString())).lines().toList();
      assertEquals(expected, lines(file(utf8(text.toString()))), "round " + round);
    }
  }

  @Test
  void readersGiveTheText() throws IOException {
    Random random = new Random(5);
    for (int round = 0; round < 100; round++) {
      int length = random.nextInt(5) == 0 ? 200_000 : random.nextInt(40);
      StringBuilder text = new StringBuilder("a");
      for (int i = 0; i < length; i++) {
        text.appendCodePoint(random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(50) : 'x');
      }
      StringBuilder read = new StringBuilder();
      char[] buffer = new char[2 + random.nextInt(5000)];
      try (Reader reader = file(utf8(text.toString())).reader()) {
        for (int n = reader.read(buffer, 0, buffer.length); n >= 0; ) {
          read.append(buffer, 0, n);
          n = reader.read(buffer, 0, buffer.length);
        }
      }
      assertEquals(text.toString(), read.toString(), "round " + round);
    }
  }

  @Test
  void readersNameTheLineThatIsNotUtf8() throws IOException {
    byte[] bytes = ("one\n".repeat(50_000) + "tw\u00e9\n").getBytes(StandardCharsets.ISO_8859_1);
    try (Reader reader = file(bytes).reader()) {
      MalformedTextException e =
          assertThrows(MalformedTextException.class, () -> reader.transferTo(Writer.nullWriter()));
      assertTrue(
          String.valueOf(e.getMessage()).endsWith(":50001: not UTF-8: byte 0xE9"), e.getMessage());
    }
    try (Reader reader = file(new byte[] {'a', (byte) 0xC3}).reader()) {
      assertThrows(MalformedTextException.class, () -> reader.transferTo(Writer.nullWriter()));
    }
  }

  @Test
  void standardInputIsReadOnce() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(packed(utf8(TEXT), GZIPOutputStream::new)));
    try {
      TextFile input = TextFile.named("-");
      assertEquals(TEXT, input.text());
      assertEquals(64, input.sha256().length());
      MalformedTextException again =
          assertThrows(MalformedTextException.class, () -> TextFile.named("-").text());
      assertEquals(
          "standard input: was read already, and can be read only once; give a file",
          again.getMessage());
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void whatCanBeReadOnceCanBeLookedIntoFirst() throws IOException {
    InputStream before = System.in;
    byte[] packed = packed(utf8("\uFEFF \n\t{} \n"), GZIPOutputStream::new);
    System.setIn(new ByteArrayInputStream(packed));
    try {
      TextFile input = TextFile.named("-");
      assertEquals('{', input.firstByte());
      assertEquals(" \n\t{} \n", input.text());
      // Another object of the same name knows the hash.
      assertEquals(file(packed).sha256(), TextFile.named("-").sha256());
      assertThrows(MalformedTextException.class, input::firstByte);
    } finally {
      System.setIn(before);
    }
    assertEquals('{', file(packed).firstByte());
    assertEquals(-1, file(utf8(" \n")).firstByte());
    assertEquals(-1, file(new byte[0]).firstByte());
  }

  @Test
  void onlyPlainFilesReadTheSameElsewhere() throws IOException {
    assertEquals(true, file(utf8(TEXT)).plain());
    assertEquals(true, file(new byte[0]).plain());
    assertEquals(false, file(utf8('\uFEFF' + TEXT)).plain());
    assertEquals(false, file(packed(utf8(TEXT), GZIPOutputStream::new)).plain());
  }

  @Test
  void hashesAreOfTheStoredBytes() throws IOException {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        file(new byte[0]).sha256());
  }

  @Test
  void aFolderIsNoText() {
    MalformedTextException e =
        assertThrows(MalformedTextException.class, () -> TextFile.of(folder).lines());
    assertEquals(folder + ": is a folder, not a file", e.getMessage());
  }
}
