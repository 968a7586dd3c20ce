package io.lucerna.instrumentation.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Puts pickles and storages together as torch.save does, or in ways that it does not. */
final class TorchBuilder {
  private static final int CENTRAL = 0x02014b50;
  private static final byte[] MAGIC = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

  /** Offsets of fields in an entry's header of the directory. */
  static final int FLAGS = 8;

  static final int PACKED = 20;
  static final int SIZE = 24;
  static final int HEADER = 42;

  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  /** A zip file whose pickle is this, with a storage "0" of so many bytes. */
  static TorchBuilder of(byte[] pickle, int bytes) {
    return new TorchBuilder()
        .add("archive/data.pkl", pickle)
        .add("archive/data/0", new byte[bytes]);
  }

  TorchBuilder add(String name, byte[] data) {
    entries.put(name, data);
    return this;
  }

  TorchBuilder add(String name, String text) {
    return add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] zip() {
    return zip(ZipEntry.STORED);
  }

  byte[] zip(int method) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setMethod(method);
        CRC32 crc = new CRC32();
        crc.update(entry.getValue());
        header.setCrc(crc.getValue());
        header.setSize(entry.getValue().length);
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The zip file with a field of an entry's header in the directory set to a value. */
  static byte[] set(byte[] zip, String entry, int field, int bytes, long value) {
    byte[] changed = zip.clone();
    System.arraycopy(
        PickleBuilder.little(bytes, value), 0, changed, directory(zip, entry) + field, bytes);
    return changed;
  }

  /** The number of four bytes in an entry's header in the directory. */
  static int get(byte[] zip, String entry, int field) {
    return ByteBuffer.wrap(zip)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(directory(zip, entry) + field);
  }

  private static int directory(byte[] zip, String entry) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < zip.length - 46; at++) {
      if (bytes.getInt(at) == CENTRAL
          && new String(zip, at + 46, bytes.getShort(at + 28), StandardCharsets.UTF_8)
              .equals(entry)) {
        return at;
      }
    }
    throw new AssertionError("no entry " + entry);
  }

  /** A file of the legacy form: the version, the facts of the machine, and what follows. */
  static byte[] legacy(long version, boolean little, byte[]... rest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(new PickleBuilder().number(version).raw('.').bytes());
    PickleBuilder machine = PickleBuilder.stateDict().text("little_endian");
    out.writeBytes(machine.raw(little ? 0x88 : 0x89).end());
    for (byte[] part : rest) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** The pickle of the list of storage keys. */
  static byte[] keys(String... keys) {
    PickleBuilder list = new PickleBuilder().raw(']', '(');
    for (String key : keys) {
      list.text(key);
    }
    return list.raw('e', '.').bytes();
  }

  /** A storage as the legacy form has it: how many elements, then their bytes. */
  static byte[] stored(long elements, int bytes) {
    ByteBuffer all = ByteBuffer.allocate(Long.BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
    return all.putLong(elements).array();
  }
}
