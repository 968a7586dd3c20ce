package io.lucerna.instrumentation.checkpoint;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Writes ONNX files by the field numbers of onnx.proto. */
final class OnnxBuilder {
  static final int FLOAT = 1;
  static final int UINT8 = 2;
  static final int INT8 = 3;
  static final int INT32 = 6;
  static final int INT4 = 22;

  private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private OnnxBuilder add(int field, byte[] message) {
    graph.writeBytes(message(out -> out.writeByteArray(field, message)));
    return this;
  }

  private OnnxBuilder tensor(String name, int type, long[] shape, int field, byte[] data) {
    return add(
        5,
        message(
            out -> {
              for (long size : shape) {
                out.writeInt64(1, size);
              }
              out.writeInt32(2, type);
              out.writeString(8, name);
              out.writeBytes(field, ByteString.copyFrom(data));
            }));
  }

  /** A tensor of fp32. */
  OnnxBuilder floats(String name, long[] shape, float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return tensor(name, FLOAT, shape, 9, data.array());
  }

  /** A tensor of elements of one byte, or of what the type makes of the bytes. */
  OnnxBuilder bytes(String name, int type, long[] shape, int... values) {
    byte[] data = new byte[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) values[i];
    }
    return tensor(name, type, shape, 9, data);
  }

  /** A tensor whose integers are varints, in int32_data. */
  OnnxBuilder varints(String name, int type, long[] shape, int... values) {
    byte[] data =
        message(
            out -> {
              for (int value : values) {
                out.writeInt32NoTag(value);
              }
            });
    return tensor(name, type, shape, 5, data);
  }

  /** A node with attributes of the kind INT. */
  OnnxBuilder node(
      String operation,
      String name,
      List<String> inputs,
      String output,
      Map<String, Integer> more) {
    return add(
        1,
        message(
            out -> {
              for (String input : inputs) {
                out.writeString(1, input);
              }
              for (String each : output.split(" ")) {
                out.writeString(2, each);
              }
              out.writeString(3, name);
              out.writeString(4, operation);
              for (Map.Entry<String, Integer> attribute : more.entrySet()) {
                byte[] own =
                    message(
                        inner -> {
                          inner.writeString(1, attribute.getKey());
                          inner.writeInt64(3, attribute.getValue());
                        });
                out.writeByteArray(5, own);
              }
            }));
  }

  OnnxBuilder node(String operation, String name, List<String> inputs, String output) {
    return node(operation, name, inputs, output, Map.of());
  }

  byte[] build() {
    byte[] operators = message(out -> out.writeInt64(2, 21));
    return message(
        out -> {
          out.writeByteArray(7, graph.toByteArray());
          out.writeByteArray(8, operators);
        });
  }
}
