package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The beginning of a safetensors file, up to where the first tensor's bytes go; the form is
 * described at {@link Safetensors}. What follows must be the tensors' numbers, little-endian, in
 * the order given, without a gap.
 */
public final class SafetensorsHeader {
  private static final int LENGTH_BYTES = 8;

  /** The data begin at a multiple of this, as the reference implementation has it. */
  private static final int ALIGNMENT = 8;

  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A tensor that will be written.
   *
   * @param name any text, once in a file
   * @param shape row-major
   */
  public record Tensor(String name, long[] shape) {}

  private SafetensorsHeader() {}

  /**
   * {@return the file's first bytes: 8 of the header's length, and the header, padded with spaces
   * to a multiple of 8}
   *
   * @param metadata what readers find under {@code __metadata__}
   * @param half whether the numbers are F16; they are F32 if not
   * @param tensors in the order of their bytes
   */
  public static byte[] bytes(Map<String, String> metadata, boolean half, List<Tensor> tensors) {
    ElementType type = half ? ElementType.F16 : ElementType.F32;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeObjectFieldStart("__metadata__");
      for (Map.Entry<String, String> entry : metadata.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      long offset = 0;
      for (Tensor tensor : tensors) {
        long end = offset + StoredTensor.bytes(tensor.shape, type);
        json.writeObjectFieldStart(tensor.name);
        json.writeStringField("dtype", type.name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape, 0, tensor.shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {offset, end}, 0, 2);
        json.writeEndObject();
        offset = end;
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return framed(text.toByteArray());
  }

  private static byte[] framed(byte[] json) {
    int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = Arrays.copyOf(json, length);
    Arrays.fill(header, json.length, length, (byte) ' ');
    return ByteBuffer.allocate(LENGTH_BYTES + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .array();
  }
}
