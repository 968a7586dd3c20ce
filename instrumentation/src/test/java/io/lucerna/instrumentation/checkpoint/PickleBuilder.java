package io.lucerna.instrumentation.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles of protocol 2, sound or not, operation by operation. */
final class PickleBuilder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A pickle that begins as every one does. */
  PickleBuilder() {
    raw(0x80, 2);
  }

  /** A pickle of a state dict up to where its entries go. */
  static PickleBuilder stateDict() {
    return new PickleBuilder().raw('}', '(');
  }

  PickleBuilder raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBuilder text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeBytes(little(Integer.BYTES, bytes.length));
    out.writeBytes(bytes);
    return this;
  }

  PickleBuilder number(long value) {
    raw(0x8a, Long.BYTES);
    out.writeBytes(little(Long.BYTES, value));
    return this;
  }

  PickleBuilder numbers(long... values) {
    raw('(');
    for (long value : values) {
      number(value);
    }
    return raw('t');
  }

  PickleBuilder global(String module, String name) {
    out.write('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A reference to a storage of that class. */
  PickleBuilder storage(String type, String key, long elements) {
    raw('(').text("storage").global("torch", type).text(key).text("cpu").number(elements);
    return raw('t', 'Q');
  }

  /** The function that makes tensors, and its arguments up to the storage. */
  PickleBuilder tensorOf(String type, String key, long elements) {
    return global("torch._utils", "_rebuild_tensor_v2").raw('(').storage(type, key, elements);
  }

  /** The other arguments of a tensor, and the call. */
  PickleBuilder at(long offset, long[] shape, long... strides) {
    return number(offset).numbers(shape).numbers(strides).raw(0x89, '}', 't', 'R');
  }

  /** The end of a state dict. */
  byte[] end() {
    return raw('u', '.').bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  static byte[] little(int bytes, long value) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return java.util.Arrays.copyOf(all, bytes);
  }
}
