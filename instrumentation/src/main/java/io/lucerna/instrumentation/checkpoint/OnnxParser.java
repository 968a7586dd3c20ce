package io.lucerna.instrumentation.checkpoint;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of an ONNX file that lead to its weights, by the field numbers of {@code
 * onnx.proto} (github.com/onnx/onnx). Tensor bytes are skipped over: only their place is kept.
 */
final class OnnxParser {
  private static final int MAX_DIMENSIONS = 16;

  /** Types of 8 bits and fewer other than plain integers, and the first one's number. */
  private static final List<String> NARROW =
      List.of(
          "FLOAT8E4M3FN",
          "FLOAT8E4M3FNUZ",
          "FLOAT8E5M2",
          "FLOAT8E5M2FNUZ",
          "UINT4",
          "INT4",
          "FLOAT4E2M1",
          "FLOAT8E8M0",
          "UINT2",
          "INT2");

  private static final int FIRST_NARROW = 17;

  private final WeightFile file;
  private final CodedInputStream in;
  private final List<OnnxGraph.Tensor> tensors = new ArrayList<>();
  private final List<OnnxGraph.Node> nodes = new ArrayList<>();

  private OnnxParser(WeightFile file) {
    this.file = file;
    this.in = CodedInputStream.newInstance(file.stream(0, file.size()));
  }

  /** The graph of the file; throws CheckpointException where it is not a whole ONNX model. */
  static OnnxGraph parse(WeightFile file) {
    if (file.size() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          file.path() + ": has " + file.size() + " bytes; a protobuf file holds less than 2^31");
    }
    return new OnnxParser(file).model();
  }

  private interface Field {
    /** Reads the field's value, or returns false to have it skipped. */
    boolean read(int number) throws IOException;
  }

  private OnnxGraph model() {
    int[] graphs = {0};
    int[] operatorSets = {0};
    try {
      fields(
          (int) file.size(),
          number -> {
            operatorSets[0] += number == 8 ? 1 : 0;
            if (number != 7) {
              return false;
            }
            graphs[0]++;
            fields(length(), this::graphField);
            return true;
          });
    } catch (IOException e) {
      throw new CheckpointException(
          file.path() + ": is not a complete ONNX model: " + e.getMessage(), e);
    }
    if (graphs[0] != 1) {
      throw error("holds " + graphs[0] + " graphs, where an ONNX model has 1");
    }
    if (operatorSets[0] == 0) {
      throw error("names no operator set, which every ONNX model does: is it cut short?");
    }
    return new OnnxGraph(tensors, nodes);
  }

  /** Reads the fields of a message of that many bytes. */
  private void fields(int bytes, Field field) throws IOException {
    int outer = in.pushLimit(bytes);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      wireType = WireFormat.getTagWireType(tag);
      if (wireType == WireFormat.WIRETYPE_START_GROUP
          || wireType == WireFormat.WIRETYPE_END_GROUP) {
        throw error("holds a protobuf group, which ONNX does not use");
      }
      if (!field.read(WireFormat.getTagFieldNumber(tag))) {
        in.skipField(tag);
      }
    }
    if (in.getBytesUntilLimit() != 0) {
      throw error("is cut short inside a message");
    }
    in.popLimit(outer);
  }

  /** The wire type of the field under way. */
  private int wireType;

  private void expect(int type) {
    if (wireType != type) {
      throw error("holds a field of wire type " + wireType + " where ONNX has " + type);
    }
  }

  private int length() throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    return in.readRawVarint32();
  }

  private String text() throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    return in.readStringRequireUtf8();
  }

  private long number() throws IOException {
    expect(WireFormat.WIRETYPE_VARINT);
    return in.readInt64();
  }

  private double real() throws IOException {
    expect(WireFormat.WIRETYPE_FIXED32);
    return in.readFloat();
  }

  /** The place of the bytes that follow, which are skipped. */
  private OnnxGraph.Extent extent() throws IOException {
    int length = length();
    OnnxGraph.Extent extent = new OnnxGraph.Extent(in.getTotalBytesRead(), length);
    in.skipRawBytes(length);
    return extent;
  }

  private boolean graphField(int number) throws IOException {
    expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    switch (number) {
      case 1 -> node();
      case 5 -> add(new TensorFields().initializer());
      case 15 -> throw error("holds a sparse initializer, which cannot be read");
      default -> {
        return false;
      }
    }
    return true;
  }

  private void add(OnnxGraph.@Nullable Tensor tensor) {
    if (tensor != null) {
      tensors.add(tensor);
    }
  }

  private void node() throws IOException {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    String[] labels = {"", ""};
    Map<String, Double> numbers = new HashMap<>();
    List<TensorFields> values = new ArrayList<>();
    fields(
        length(),
        number -> {
          expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
          switch (number) {
            case 1 -> inputs.add(text());
            case 2 -> outputs.add(text());
            case 3 -> labels[0] = text();
            case 4 -> labels[1] = text();
            case 5 -> attribute(numbers, values);
            default -> {
              return false;
            }
          }
          return true;
        });
    nodes.add(
        new OnnxGraph.Node(
            labels[0], labels[1], List.copyOf(inputs), List.copyOf(outputs), Map.copyOf(numbers)));
    if (labels[1].equals("Constant") && outputs.size() == 1) {
      for (TensorFields value : values) {
        add(value.tensor(outputs.get(0)));
      }
    }
  }

  private void attribute(Map<String, Double> numbers, List<TensorFields> values)
      throws IOException {
    String[] name = {""};
    Double[] value = {null};
    fields(
        length(),
        number -> {
          switch (number) {
            case 1 -> name[0] = text();
            case 2 -> value[0] = real();
            case 3 -> value[0] = (double) number();
            case 5 -> {
              TensorFields tensor = new TensorFields();
              tensor.readFields();
              values.add(tensor);
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    if (value[0] != null) {
      numbers.put(name[0], value[0]);
    }
  }

  /** One TensorProto. A field that is unknown, doubled or of the wrong type is refused. */
  private final class TensorFields {
    private static final int METADATA = 16;

    private String name = "";
    private final List<Long> shape = new ArrayList<>();
    private int dataType;
    private OnnxGraph.@Nullable Extent inline;
    private boolean packedFloats;
    private OnnxGraph.@Nullable Extent packedIntegers;
    private boolean otherData;
    private long location;
    private final Map<String, String> external = new HashMap<>();
    private int seen;

    OnnxGraph.@Nullable Tensor initializer() throws IOException {
      readFields();
      return tensor(name);
    }

    void readFields() throws IOException {
      fields(length(), this::field);
    }

    private boolean field(int number) throws IOException {
      boolean repeated = number == 1 || number == 5 || number == 6 || number == 7 || number == 13;
      if (number <= METADATA && !repeated && number != METADATA) {
        if ((seen & 1 << number) != 0) {
          throw error("tensor " + name + " has the field " + number + " twice");
        }
        seen |= 1 << number;
      }
      switch (number) {
        case 1 -> dimensions();
        case 2 -> dataType = (int) number();
        case 4 -> {
          inline = extent();
          packedFloats = true;
        }
        case 8 -> name = text();
        case 9 -> inline = extent();
        case 13 -> externalEntry();
        case 14 -> location = number();
        case 5 -> {
          if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED || packedIntegers != null) {
            otherData = true;
            return false;
          }
          packedIntegers = extent();
        }
        case 6, 7, 10, 11 -> {
          otherData = true;
          return false;
        }
        case 12, METADATA -> {
          expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
          return false;
        }
        default -> throw error("tensor " + name + " has an unknown field " + number);
      }
      return true;
    }

    private void dimensions() throws IOException {
      if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int outer = in.pushLimit(in.readRawVarint32());
        while (in.getBytesUntilLimit() > 0) {
          dimension(in.readInt64());
        }
        in.popLimit(outer);
      } else {
        dimension(number());
      }
    }

    private void dimension(long size) {
      if (size < 0 || shape.size() == MAX_DIMENSIONS) {
        throw error("tensor " + name + " has a negative dimension or more than " + MAX_DIMENSIONS);
      }
      shape.add(size);
    }

    private void externalEntry() throws IOException {
      String[] entry = {"", ""};
      fields(
          length(),
          number -> {
            if (number != 1 && number != 2) {
              return false;
            }
            entry[number - 1] = text();
            return true;
          });
      if (external.put(entry[0], entry[1]) != null) {
        throw error("tensor " + name + " names its external " + entry[0] + " twice");
      }
    }

    /** The tensor under that name; null where its type is not one of weights. */
    OnnxGraph.@Nullable Tensor tensor(String tensorName) {
      ElementType type =
          switch (dataType) {
            case 1 -> ElementType.F32;
            case 2 -> ElementType.U8;
            case 3 -> ElementType.I8;
            case 4 -> ElementType.U16;
            case 5 -> ElementType.I16;
            case 6 -> ElementType.I32;
            case 10 -> ElementType.F16;
            case 11 -> ElementType.F64;
            case 16 -> ElementType.BF16;
            default -> null;
          };
      if (type == null) {
        if (dataType >= FIRST_NARROW) {
          throw error(
              "tensor "
                  + tensorName
                  + " has the type "
                  + (dataType - FIRST_NARROW < NARROW.size()
                      ? NARROW.get(dataType - FIRST_NARROW)
                      : "number " + dataType)
                  + ", which cannot be read; quantised weights may be INT8 or UINT8");
        }
        return null;
      }
      boolean isExternal = location == 1;
      boolean isPacked = packedIntegers != null;
      boolean fine =
          !otherData
              && (location == 0 || isExternal)
              && isExternal == (inline == null && !isPacked)
              && isExternal != external.isEmpty()
              && (!packedFloats || type == ElementType.F32 && (seen & 1 << 9) == 0)
              && (!isPacked || !type.floating && inline == null);
      if (!fine && type.bytes > 1 && !type.floating) {
        return null; // no weight is like that, and other values do not matter here
      }
      if (!fine) {
        throw error(
            "tensor "
                + tensorName
                + " of type "
                + type
                + " must have its data once: as raw_data, as float_data (F32), as int32_data"
                + " (integers), or external");
      }
      long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
      return new OnnxGraph.Tensor(
          tensorName,
          type,
          dimensions,
          isPacked ? packedIntegers : inline,
          isPacked,
          Map.copyOf(external),
          null);
    }
  }

  private CheckpointException error(String what) {
    return new CheckpointException(file.path() + ": " + what);
  }
}
