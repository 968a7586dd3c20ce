package io.lucerna.instrumentation.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where the entries of a zip file lie, as far as torch.save writes zip files: one part, no comment,
 * nothing compressed or encrypted.
 *
 * <p>The form (PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3): entries, each behind a header of its
 * own; the directory, one header for each entry; a record that says where the directory is, before
 * it a second one with wider numbers (zip64). The bytes that an entry names must be its own and lie
 * before the directory.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END64_PLACE = 0x07064b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int END64_PLACE_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int ZIP64_EXTRA = 1;
  private static final long WIDE = 0xffffffffL;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int DESCRIPTOR_BYTES = 8;
  private static final int ENCRYPTED = 1;
  private static final int SIZES_FOLLOW = 8;
  private static final long MAX_DIRECTORY = 64_000_000;

  /**
   * An entry.
   *
   * @param header where its own header begins in the file
   * @param offset where its bytes begin
   * @param crc its CRC-32; 0 where the writer did not compute it
   */
  record Entry(String name, long header, long offset, long size, int crc) {
    long end() {
      return offset + size;
    }
  }

  private record Place(long entries, long offset, long size) {}

  private final WeightFile file;

  private ZipDirectory(WeightFile file) {
    this.file = file;
  }

  /** The entries by name; throws CheckpointException where the file breaks the form. */
  static SortedMap<String, Entry> read(WeightFile file) {
    return new ZipDirectory(file).entries();
  }

  private SortedMap<String, Entry> entries() {
    Place place = place();
    if (place.size < 0
        || place.offset < 0
        || place.size > MAX_DIRECTORY
        || place.offset > file.size() - place.size) {
      throw error(
          "its zip directory of "
              + Long.toUnsignedString(place.size)
              + " bytes at byte "
              + Long.toUnsignedString(place.offset)
              + " is not within the file or is over "
              + MAX_DIRECTORY
              + " bytes long");
    }
    ByteBuffer directory = bytes(place.offset, (int) place.size);
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (long i = 0; i < place.entries; i++) {
      Entry entry = entry(directory, place);
      if (entries.put(entry.name, entry) != null) {
        throw error("holds the entry " + shown(entry.name) + " twice");
      }
    }
    if (directory.hasRemaining()) {
      throw error("its zip directory holds more than the " + place.entries + " entries it names");
    }
    requireApart(entries);
    return entries;
  }

  /** Where the directory is; a file that was cut has no record of it at its end. */
  private Place place() {
    long at = file.size() - END_BYTES;
    if (at < 0) {
      throw error("is cut short: " + file.size() + " bytes are not a zip file");
    }
    ByteBuffer end = bytes(at, END_BYTES);
    if (end.getInt(0) != END || end.getShort(20) != 0) {
      throw error("does not end as a zip file does: is it cut short?");
    }
    long before = at - END64_PLACE_BYTES;
    if (before >= 0) {
      ByteBuffer wide = bytes(before, END64_PLACE_BYTES);
      if (wide.getInt(0) == END64_PLACE) {
        return widePlace(wide.getLong(8), before);
      }
    }
    return new Place(
        Short.toUnsignedInt(end.getShort(10)),
        Integer.toUnsignedLong(end.getInt(16)),
        Integer.toUnsignedLong(end.getInt(12)));
  }

  private Place widePlace(long at, long limit) {
    if (at < 0 || at > limit - END64_BYTES) {
      throw error("its zip64 record at byte " + Long.toUnsignedString(at) + " is not in the file");
    }
    ByteBuffer end = bytes(at, END64_BYTES);
    if (end.getInt(0) != END64) {
      throw error("has no zip64 record at byte " + at);
    }
    return new Place(end.getLong(32), end.getLong(48), end.getLong(40));
  }

  private Entry entry(ByteBuffer directory, Place place) {
    int at = directory.position();
    boolean whole = directory.remaining() >= CENTRAL_BYTES && directory.getInt(at) == CENTRAL;
    int nameBytes = whole ? Short.toUnsignedInt(directory.getShort(at + 28)) : 0;
    int extraBytes = whole ? Short.toUnsignedInt(directory.getShort(at + 30)) : 0;
    int commentBytes = whole ? Short.toUnsignedInt(directory.getShort(at + 32)) : 0;
    int next = at + CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
    if (!whole || next > directory.limit()) {
      throw error("its zip directory is broken at byte " + (place.offset + at));
    }
    String text = text(directory.slice(at + CENTRAL_BYTES, nameBytes));
    requireInside(text);
    ByteBuffer extra = directory.slice(at + CENTRAL_BYTES + nameBytes, extraBytes);
    ByteBuffer wide = wideNumbers(extra.order(ByteOrder.LITTLE_ENDIAN));
    long size = number(directory.getInt(at + 24), wide, text);
    long packed = number(directory.getInt(at + 20), wide, text);
    long header = number(directory.getInt(at + 42), wide, text);
    requireStored(text, directory.getShort(at + 8), directory.getShort(at + 10), size, packed);
    directory.position(next);
    return located(text, header, size, directory.getInt(at + 16), place.offset);
  }

  private void requireInside(String name) {
    boolean climbs = Arrays.stream(name.split("/", -1)).anyMatch(List.of("", ".", "..")::contains);
    if (climbs || name.matches("(?s).*[\\\\:\\p{Cntrl}].*")) {
      throw error("names the entry \"" + shown(name) + "\", which is not inside the archive");
    }
  }

  private void requireStored(String name, short flags, short method, long size, long packed) {
    if ((flags & ENCRYPTED) != 0) {
      throw error("its entry " + shown(name) + " is encrypted; torch.save does not do so");
    }
    if (method != 0 || size != packed) {
      throw error(
          "its entry "
              + shown(name)
              + " is compressed (method "
              + method
              + "), "
              + Long.toUnsignedString(packed)
              + " bytes that are to become "
              + Long.toUnsignedString(size)
              + "; torch.save does not compress entries, so save the weights with it again");
    }
  }

  /** The part of the extra field that has the wider numbers; empty if there is none. */
  private static ByteBuffer wideNumbers(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
      if (id == ZIP64_EXTRA) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private long number(int narrow, ByteBuffer wide, String name) {
    if (Integer.toUnsignedLong(narrow) != WIDE) {
      return Integer.toUnsignedLong(narrow);
    }
    if (wide.remaining() < Long.BYTES) {
      throw error("its entry " + shown(name) + " lacks its zip64 numbers");
    }
    return wide.getLong();
  }

  /** The entry, once its own header says the same as the directory. */
  private Entry located(String name, long header, long size, int crc, long limit) {
    if (header < 0 || header > limit - LOCAL_BYTES) {
      throw error("its entry " + shown(name) + " is not before the zip directory");
    }
    ByteBuffer local = bytes(header, LOCAL_BYTES);
    int nameBytes = Short.toUnsignedInt(local.getShort(26));
    long offset = header + LOCAL_BYTES + nameBytes + Short.toUnsignedInt(local.getShort(28));
    if (size < 0 || offset > limit || size > limit - offset) {
      throw error(
          "its entry "
              + shown(name)
              + " of "
              + Long.toUnsignedString(size)
              + " bytes at byte "
              + offset
              + " is not before the zip directory at byte "
              + limit);
    }
    Entry entry = new Entry(name, header, offset, size, crc);
    boolean same =
        local.getInt(0) == LOCAL
            && local.getShort(8) == 0
            && text(bytes(header + LOCAL_BYTES, nameBytes)).equals(name)
            && endsWhereItSays(entry, local, limit);
    if (!same) {
      throw error(
          "has no entry " + shown(name) + " at byte " + header + " as the zip directory has it");
    }
    return entry;
  }

  /** Whether the size in an entry's own header, or what follows its bytes, agrees. */
  private boolean endsWhereItSays(Entry entry, ByteBuffer local, long limit) {
    if ((local.getShort(6) & SIZES_FOLLOW) == 0) {
      long own = Integer.toUnsignedLong(local.getInt(22));
      return own == WIDE || own == entry.size;
    }
    if (entry.end() > limit - DESCRIPTOR_BYTES) {
      return false;
    }
    ByteBuffer descriptor = bytes(entry.end(), DESCRIPTOR_BYTES);
    return descriptor.getInt() == DESCRIPTOR && descriptor.getInt() == entry.crc;
  }

  private static String text(ByteBuffer name) {
    return StandardCharsets.UTF_8.decode(name).toString();
  }

  private void requireApart(Map<String, Entry> entries) {
    List<Entry> byPlace =
        entries.values().stream()
            .sorted(Comparator.comparingLong(Entry::header))
            .collect(Collectors.toList());
    for (int i = 1; i < byPlace.size(); i++) {
      Entry before = byPlace.get(i - 1);
      if (byPlace.get(i).header < before.end()) {
        throw error(
            "its entries "
                + shown(before.name)
                + " and "
                + shown(byPlace.get(i).name)
                + " overlap");
      }
    }
  }

  private ByteBuffer bytes(long offset, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.read(offset, bytes);
    return bytes;
  }

  private static String shown(String name) {
    return PickleInput.shown(name);
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
