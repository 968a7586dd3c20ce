package io.lucerna.instrumentation.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the weights of a checkpoint as a safetensors file, for programs that read no other form.
 */
public final class SafetensorsCopy {
  private SafetensorsCopy() {}

  /**
   * Writes all floating tensors as fp32, under their names. One tensor is in memory at a time.
   *
   * @param checkpoint the weights, which stay open
   * @param file the file to write; one that is there is replaced
   * @throws IOException if the file cannot be written
   * @throws CheckpointException if a tensor cannot be read
   */
  public static void write(Checkpoint checkpoint, Path file) throws IOException {
    ObjectNode header = new ObjectMapper().createObjectNode();
    List<String> names = new ArrayList<>();
    long at = 0;
    for (String name : checkpoint.names()) {
      if (!checkpoint.floating(name)) {
        continue;
      }
      names.add(name);
      ObjectNode tensor = header.putObject(name).put("dtype", "F32");
      long count = 1;
      var shape = tensor.putArray("shape");
      for (long size : checkpoint.shape(name)) {
        shape.add(size);
        count *= size;
      }
      long end = at + count * Float.BYTES;
      tensor.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    byte[] text = new ObjectMapper().writeValueAsBytes(header);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(little(Long.BYTES).putLong(text.length).array());
      out.write(text);
      for (String name : names) {
        float[] values = checkpoint.floats(name);
        ByteBuffer bytes = little(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        out.write(bytes.array());
      }
    }
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
