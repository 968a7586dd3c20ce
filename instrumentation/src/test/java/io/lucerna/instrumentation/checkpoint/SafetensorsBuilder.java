package io.lucerna.instrumentation.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Builds the bytes of small safetensors files, valid or not. */
final class SafetensorsBuilder {
  private final List<String> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  SafetensorsBuilder floats(String name, long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return raw(name, "F32", shape, bytes.array());
  }

  SafetensorsBuilder raw(String name, String type, long[] shape, byte[] bytes) {
    int begin = data.size();
    data.writeBytes(bytes);
    entries.add(entry(name, type, Arrays.toString(shape), begin, data.size()));
    return this;
  }

  static String entry(String name, String type, String shape, long begin, long end) {
    return String.format(
        Locale.ROOT,
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
        name,
        type,
        shape,
        begin,
        end);
  }

  byte[] build() {
    return file("{" + String.join(",", entries) + "}", data.toByteArray());
  }

  /** A file with any header and data. */
  static byte[] file(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }
}
