package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a safetensors file.
 *
 * <p>The form (github.com/huggingface/safetensors, "Format"): eight bytes with the length of the
 * header as a little-endian integer; the header, a JSON object that gives each tensor's {@code
 * dtype}, {@code shape} and {@code data_offsets} (begin and end, counted from the end of the
 * header) next to an optional {@code __metadata__} of strings; then the tensors' bytes, which must
 * fill the rest of the file without holes or overlaps. The header is read as a stream and every
 * token is checked, so a hostile one costs neither memory nor depth.
 */
final class Safetensors {
  private static final int LENGTH_BYTES = 8;
  private static final long MAX_HEADER = 100_000_000;
  private static final int MAX_TENSORS = 500_000;
  private static final int MAX_DIMENSIONS = 16;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final WeightFile file;

  private Safetensors(WeightFile file) {
    this.file = file;
  }

  /**
   * The tensors of the file by name; throws CheckpointException where the header breaks the form.
   */
  static SortedMap<String, StoredTensor> tensors(WeightFile file) {
    return new Safetensors(file).read();
  }

  private record Entry(String name, ElementType type, long[] shape, long begin, long end) {}

  private SortedMap<String, StoredTensor> read() {
    long length = headerLength();
    List<Entry> entries = new ArrayList<>();
    long dataStart = LENGTH_BYTES + length;
    try (Reader reader =
            new InputStreamReader(
                file.stream(LENGTH_BYTES, dataStart), StandardCharsets.UTF_8.newDecoder());
        JsonParser parser = JSON.createParser(reader)) {
      expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (name.equals("__metadata__")) {
          skipMetadata(parser);
        } else {
          entries.add(entry(parser, name));
        }
        if (entries.size() > MAX_TENSORS) {
          throw error("the header names more than " + MAX_TENSORS + " tensors");
        }
      }
      if (parser.nextToken() != null) {
        throw error("there is text after the header's JSON object");
      }
    } catch (IOException e) {
      throw new CheckpointException(
          file.path() + ": the header is not valid JSON: " + firstLine(e), e);
    }
    requireTiling(entries, file.size() - dataStart);
    SortedMap<String, StoredTensor> tensors = new TreeMap<>();
    for (Entry e : entries) {
      tensors.put(
          e.name, StoredTensor.rowMajor(file, e.name, e.type, e.shape, dataStart + e.begin));
    }
    return tensors;
  }

  private long headerLength() {
    if (file.size() < LENGTH_BYTES) {
      throw error("is cut short: " + file.size() + " bytes, not even the header's length");
    }
    ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, start);
    long length = start.getLong();
    if (length < 2 || length > MAX_HEADER) {
      throw error(
          "the header's length is "
              + Long.toUnsignedString(length)
              + ", allowed are 2 to "
              + MAX_HEADER
              + "; is this a safetensors file?");
    }
    if (length > file.size() - LENGTH_BYTES) {
      throw error(
          "is cut short: the header has " + length + " bytes, the file " + file.size() + " in all");
    }
    return length;
  }

  private void skipMetadata(JsonParser parser) throws IOException {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "__metadata__");
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      expect(parser.nextToken(), JsonToken.VALUE_STRING, "each value of __metadata__");
    }
  }

  private Entry entry(JsonParser parser, String name) throws IOException {
    String tensor = "tensor " + name;
    expect(parser.nextToken(), JsonToken.START_OBJECT, tensor);
    ElementType type = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      switch (key) {
        case "dtype" -> {
          expect(parser.nextToken(), JsonToken.VALUE_STRING, tensor + ", dtype");
          type = type(parser.getText(), tensor);
        }
        case "shape" -> shape = numbers(parser, tensor + ", shape");
        case "data_offsets" -> offsets = numbers(parser, tensor + ", data_offsets");
        default -> throw error(tensor + " has an unknown key " + key);
      }
    }
    return checked(name, type, shape, offsets);
  }

  private Entry checked(
      String name, @Nullable ElementType type, long @Nullable [] shape, long @Nullable [] offsets) {
    if (type == null || shape == null || offsets == null) {
      throw error("tensor " + name + " lacks its dtype, shape or data_offsets");
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw error("tensor " + name + ": data_offsets must be [begin, end], not " + show(offsets));
    }
    long count = StoredTensor.count(shape, type);
    if (count < 0 || count * type.bytes != offsets[1] - offsets[0]) {
      throw error(
          "tensor "
              + name
              + ": shape "
              + show(shape)
              + " of "
              + type
              + " does not fill data_offsets "
              + show(offsets));
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private ElementType type(String name, String tensor) {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                error(
                    tensor
                        + " has dtype "
                        + name
                        + "; known are "
                        + Arrays.toString(ElementType.values())));
  }

  private long[] numbers(JsonParser parser, String what) throws IOException {
    expect(parser.nextToken(), JsonToken.START_ARRAY, what);
    long[] numbers = new long[MAX_DIMENSIONS];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, "each number of " + what);
      if (count == MAX_DIMENSIONS) {
        throw error(what + " has more than " + MAX_DIMENSIONS + " numbers");
      }
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || parser.getLongValue() < 0) {
        throw error(what + " holds a number that is negative or too large");
      }
      numbers[count++] = parser.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  /** Checks that the tensors lie side by side over all {@code dataBytes}. */
  private void requireTiling(List<Entry> entries, long dataBytes) {
    long end = 0;
    String previous = "the header";
    List<Entry> byPlace =
        entries.stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    for (Entry entry : byPlace) {
      if (entry.begin != end) {
        throw error(
            "tensor "
                + entry.name
                + " begins at byte "
                + entry.begin
                + " of the data, but "
                + previous
                + " ends at "
                + end
                + (entry.begin < end ? ": they overlap" : ": there is a gap"));
      }
      end = entry.end;
      previous = "tensor " + entry.name;
    }
    if (end != dataBytes) {
      throw error(
          "the header describes "
              + end
              + " bytes of data, the file has "
              + dataBytes
              + (end > dataBytes ? ": it is cut short" : ": there is more than it describes"));
    }
  }

  private void expect(@Nullable JsonToken found, JsonToken wanted, String what) {
    if (found != wanted) {
      throw error(what + " must be " + word(wanted) + " in the header, not " + word(found));
    }
  }

  private static String word(@Nullable JsonToken token) {
    if (token == null) {
      return "the header's end";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      default -> token.name();
    };
  }

  private static String show(long[] numbers) {
    return Arrays.toString(numbers);
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
