package io.lucerna.instrumentation.checkpoint;

import io.lucerna.instrumentation.checkpoint.PickleValue.Dict;
import io.lucerna.instrumentation.checkpoint.PickleValue.Flag;
import io.lucerna.instrumentation.checkpoint.PickleValue.Int;
import io.lucerna.instrumentation.checkpoint.PickleValue.Items;
import io.lucerna.instrumentation.checkpoint.PickleValue.Storage;
import io.lucerna.instrumentation.checkpoint.PickleValue.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tensors of a file that {@code torch.save(model.state_dict(), ...)} wrote, such as
 * pytorch_model.bin.
 *
 * <p>Two forms are known (torch/serialization.py). Since PyTorch 1.6: a zip file, all of whose
 * entries lie in one folder; its {@code data.pkl} is the pickled dict, {@code data/KEY} the bytes
 * of a storage, {@code byteorder} says little or big. Before, and still on request: the pickles of
 * a magic number, the protocol's version, facts of the machine, the dict, and the list of storage
 * keys; then for each key the number of elements (eight bytes) and the elements. The pickles are
 * read by {@link TensorPickle}, which runs nothing.
 */
final class TorchFile {
  /** As pickled: protocol 2, a long number of ten bytes, the end. */
  private static final byte[] MAGIC = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

  private static final byte[] ZIP = {'P', 'K', 3, 4};
  private static final int LEGACY_VERSION = 1001;
  private static final int MAX_ORDER = 16;

  private final WeightFile file;

  private TorchFile(WeightFile file) {
    this.file = file;
  }

  /** The tensors of the file by name; throws CheckpointException where it breaks its form. */
  static SortedMap<String, StoredTensor> tensors(WeightFile file) {
    TorchFile torch = new TorchFile(file);
    if (torch.startsWith(ZIP)) {
      return torch.zip();
    }
    if (torch.startsWith(MAGIC)) {
      return torch.legacy();
    }
    throw torch.error(
        "begins neither as a zip file nor with the magic number of torch.save's legacy form: is it"
            + " a file of PyTorch weights?");
  }

  private boolean startsWith(byte[] wanted) {
    return file.size() >= wanted.length && Arrays.equals(bytes(0, wanted.length), wanted);
  }

  private byte[] bytes(long offset, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    file.read(offset, bytes);
    return bytes.array();
  }

  private SortedMap<String, StoredTensor> zip() {
    SortedMap<String, ZipDirectory.Entry> entries = ZipDirectory.read(file);
    String folder = folder(entries);
    requireLittleEndian(entries.get(folder + "byteorder"));
    ZipDirectory.Entry pickled = entries.get(folder + "data.pkl");
    if (pickled == null) {
      throw error("has no entry " + folder + "data.pkl: is it a file of PyTorch weights?");
    }
    PickleInput in = new PickleInput(file, pickled.offset(), pickled.end());
    Map<String, Storage> storages = new LinkedHashMap<>();
    PickleValue value = TensorPickle.read(in, storages);
    if (in.position() != pickled.end()) {
      throw error("has bytes after the pickle's end at byte " + in.position());
    }
    requireIntact(pickled);
    Map<String, Long> places = new HashMap<>();
    for (Storage storage : storages.values()) {
      String key = PickleInput.shown(storage.key());
      ZipDirectory.Entry entry = entries.get(folder + "data/" + storage.key());
      if (entry == null) {
        throw error("has no entry " + folder + "data/" + key + " for the storage " + key);
      }
      if (entry.size() != storage.bytes()) {
        throw error(
            sized(storage) + ", but the entry " + entry.name() + " has " + entry.size() + " bytes");
      }
      places.put(storage.key(), entry.offset());
    }
    return new TorchTensors(file, places).locate(value);
  }

  /**
   * As PyTorch itself, we do not check the CRC of the numbers, which would take as long as reading.
   */
  private void requireIntact(ZipDirectory.Entry pickled) {
    CRC32 crc = new CRC32();
    crc.update(bytes(pickled.offset(), (int) pickled.size()));
    if (pickled.crc() != 0 && pickled.crc() != (int) crc.getValue()) {
      throw error(
          String.format(
              Locale.ROOT,
              "its entry %s is damaged: its CRC-32 is %08x, not %08x",
              pickled.name(),
              crc.getValue(),
              pickled.crc()));
    }
  }

  private String folder(SortedMap<String, ZipDirectory.Entry> entries) {
    if (entries.isEmpty()) {
      throw error("is an empty zip file");
    }
    String first = entries.firstKey();
    String folder = first.substring(0, first.indexOf('/') + 1);
    for (String name : entries.keySet()) {
      if (folder.isEmpty() || !name.startsWith(folder)) {
        throw error(
            "its entries "
                + PickleInput.shown(first)
                + " and "
                + PickleInput.shown(name)
                + " are not in one folder: is it a file of PyTorch weights?");
      }
    }
    return folder;
  }

  private void requireLittleEndian(ZipDirectory.@Nullable Entry order) {
    if (order == null) {
      return; // PyTorch before 2.0 does not say
    }
    int length = (int) Math.min(order.size(), MAX_ORDER);
    String name = new String(bytes(order.offset(), length), StandardCharsets.US_ASCII);
    if (!name.equals("little")) {
      throw error(
          "has the byte order \""
              + PickleInput.shown(name)
              + "\", allowed is \"little\": load it in Python on a little-endian machine and save"
              + " it again");
    }
  }

  private SortedMap<String, StoredTensor> legacy() {
    PickleInput in = new PickleInput(file, MAGIC.length, file.size());
    Map<String, Storage> storages = new LinkedHashMap<>();
    if (!(TensorPickle.read(in, storages) instanceof Int(long version))
        || version != LEGACY_VERSION) {
      throw error("is not of version " + LEGACY_VERSION + " of torch.save's legacy form");
    }
    requireLittleEndian(TensorPickle.read(in, storages));
    PickleValue value = TensorPickle.read(in, storages);
    PickleValue keys = TensorPickle.read(in, storages);
    return new TorchTensors(file, legacyPlaces(in.position(), keys, storages)).locate(value);
  }

  private void requireLittleEndian(PickleValue machine) {
    if (!(machine instanceof Dict(Map<String, PickleValue> facts))
        || !(facts.get("little_endian") instanceof Flag(boolean little))) {
      throw error("does not say whether it is little-endian");
    }
    if (!little) {
      throw error(
          "is big-endian, allowed is little-endian: load it in Python and save it again without"
              + " the legacy form");
    }
  }

  /** Where each storage's elements begin. Every storage is there once, up to the file's end. */
  private Map<String, Long> legacyPlaces(
      long begin, PickleValue keys, Map<String, Storage> storages) {
    if (!(keys instanceof Items list)) {
      throw error("has " + keys.words() + " where the list of storage keys must be");
    }
    Map<String, Long> places = new HashMap<>();
    long at = begin;
    for (PickleValue item : list.items()) {
      Storage storage = item instanceof Text(String key) ? storages.get(key) : null;
      if (storage == null || places.containsKey(storage.key())) {
        throw error("lists a storage key twice, or one that no tensor has: " + words(item));
      }
      if (file.size() - at < Long.BYTES) {
        throw error(
            "is cut short: the storage " + PickleInput.shown(storage.key()) + " is not there");
      }
      long elements =
          ByteBuffer.wrap(bytes(at, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
      at += Long.BYTES;
      if (elements != storage.elements()) {
        throw error(sized(storage) + ", but " + elements + " elements are stored");
      }
      if (storage.bytes() > file.size() - at) {
        throw error(
            "is cut short: " + sized(storage) + ", the file has " + (file.size() - at) + " more");
      }
      places.put(storage.key(), at);
      at += storage.bytes();
    }
    if (places.size() < storages.size()) {
      storages.keySet().removeAll(places.keySet());
      String key = storages.keySet().iterator().next();
      throw error("does not list the storage " + PickleInput.shown(key));
    }
    if (at != file.size()) {
      throw error("has " + (file.size() - at) + " bytes after its last storage");
    }
    return places;
  }

  private static String words(PickleValue item) {
    return item instanceof Text(String text) ? PickleInput.shown(text) : item.words();
  }

  private static String sized(Storage storage) {
    return "the storage "
        + PickleInput.shown(storage.key())
        + (storage.type() == null ? "" : " of " + storage.elements() + " " + storage.type())
        + " needs "
        + storage.bytes()
        + " bytes";
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
