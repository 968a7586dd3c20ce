package io.lucerna.instrumentation.checkpoint;

import io.lucerna.instrumentation.checkpoint.PickleValue.Dict;
import io.lucerna.instrumentation.checkpoint.PickleValue.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Finds tensors in their storages.
 *
 * <p>Tensors may share a storage: whole, as tied weights do, also where one is the transpose of the
 * other, or each with a part of its own. Refused are elements outside of the storage, elements that
 * two indices of one tensor reach, and parts that overlap.
 */
final class TorchTensors {
  private final WeightFile file;
  private final Map<String, Long> places;

  /**
   * Where to look.
   *
   * @param places where the bytes of each storage begin in the file, by key; each storage is there
   *     as long as it says
   */
  TorchTensors(WeightFile file, Map<String, Long> places) {
    this.file = file;
    this.places = places;
  }

  /** The bytes of the storage from a tensor's first element to its last. */
  private record Range(StoredTensor tensor, long begin, long end) {
    boolean fullyUsed() {
      return end - begin == StoredTensor.bytes(tensor.shape(), tensor.type());
    }

    /** Whether the elements are the same ones, in whatever order. */
    boolean sharesAll(Range other) {
      return begin == other.begin
          && end == other.end
          && (fullyUsed() && other.fullyUsed() || tensor.sameView(other.tensor));
    }
  }

  /** The tensors of a dict by name. */
  SortedMap<String, StoredTensor> locate(PickleValue value) {
    if (!(value instanceof Dict(Map<String, PickleValue> entries))) {
      throw error("holds " + value.words() + ", where a dict of tensors must be");
    }
    SortedMap<String, StoredTensor> located = new TreeMap<>();
    Map<String, List<Range>> byStorage = new TreeMap<>();
    entries.forEach(
        (name, entry) -> {
          if (!(entry instanceof Tensor tensor)) {
            throw error(
                "its entry "
                    + PickleInput.shown(name)
                    + " is "
                    + entry.words()
                    + ", not a tensor. Save the tensors alone: torch.save(model.state_dict(), ...)");
          }
          Range range = range(name, tensor);
          located.put(name, range.tensor);
          if (range.end > range.begin) {
            byStorage.computeIfAbsent(tensor.storage().key(), k -> new ArrayList<>()).add(range);
          }
        });
    byStorage.values().forEach(this::requireApart);
    return located;
  }

  private Range range(String name, Tensor tensor) {
    long width = tensor.type().bytes;
    long capacity = tensor.storage().bytes() / width;
    long count = StoredTensor.count(tensor.shape(), tensor.type());
    long span = count < 0 ? -1 : span(tensor, capacity);
    if (span < 0 || tensor.offset() > capacity - span) {
      throw error(
          described(name, tensor)
              + ", from number "
              + tensor.offset()
              + " on, is not within the "
              + capacity
              + " elements of its storage "
              + PickleInput.shown(tensor.storage().key()));
    }
    if (count > 0 && reachesTwice(tensor)) {
      throw error(
          described(name, tensor)
              + " overlaps itself: two indices are one element. Save a copy of it, tensor.clone()");
    }
    Long place = places.get(tensor.storage().key());
    if (place == null) {
      throw error(described(name, tensor) + " has no storage");
    }
    long begin = tensor.offset() * width;
    StoredTensor stored =
        new StoredTensor(
            file, name, tensor.type(), tensor.shape(), tensor.strides(), place + begin);
    return new Range(stored, begin, begin + span * width);
  }

  /** The elements from the first to the last; -1 where they are more than there can be. */
  private static long span(Tensor tensor, long capacity) {
    if (LongStream.of(tensor.shape()).anyMatch(size -> size == 0)) {
      return 0;
    }
    long span = 1;
    for (int i = 0; i < tensor.shape().length; i++) {
      long size = tensor.shape()[i];
      if (size > 1 && tensor.strides()[i] > (capacity - span) / (size - 1)) {
        return -1;
      }
      span += size > 1 ? (size - 1) * tensor.strides()[i] : 0;
    }
    return span;
  }

  /** Whether the steps along some dimensions together go as far as one along another. */
  private static boolean reachesTwice(Tensor tensor) {
    List<Integer> byStride =
        IntStream.range(0, tensor.shape().length)
            .filter(i -> tensor.shape()[i] > 1)
            .boxed()
            .sorted(Comparator.comparingLong(i -> tensor.strides()[i]))
            .toList();
    long reach = 0;
    for (int i : byStride) {
      if (tensor.strides()[i] <= reach) {
        return true;
      }
      reach += (tensor.shape()[i] - 1) * tensor.strides()[i];
    }
    return false;
  }

  private void requireApart(List<Range> sharing) {
    sharing.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
    Range before = sharing.get(0);
    for (Range range : sharing) {
      if (range.begin < before.end && !range.sharesAll(before)) {
        throw error(
            "the tensors "
                + names(before, range)
                + " overlap: they share a storage, but not all of their elements. Save copies of"
                + " them, tensor.clone()");
      }
      before = range.end > before.end ? range : before;
    }
  }

  private static String names(Range... ranges) {
    return Arrays.stream(ranges)
        .map(range -> PickleInput.shown(range.tensor.name()))
        .sorted()
        .collect(Collectors.joining(" and "));
  }

  private static String described(String name, Tensor tensor) {
    return "tensor "
        + PickleInput.shown(name)
        + " of shape "
        + Arrays.toString(tensor.shape())
        + ", strides "
        + Arrays.toString(tensor.strides())
        + " and type "
        + tensor.type();
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
