package io.lucerna.instrumentation.checkpoint;

import io.lucerna.instrumentation.checkpoint.PickleValue.Dict;
import io.lucerna.instrumentation.checkpoint.PickleValue.Flag;
import io.lucerna.instrumentation.checkpoint.PickleValue.Global;
import io.lucerna.instrumentation.checkpoint.PickleValue.Int;
import io.lucerna.instrumentation.checkpoint.PickleValue.None;
import io.lucerna.instrumentation.checkpoint.PickleValue.Storage;
import io.lucerna.instrumentation.checkpoint.PickleValue.Tensor;
import io.lucerna.instrumentation.checkpoint.PickleValue.Text;
import io.lucerna.instrumentation.checkpoint.PickleValue.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the calls in a pickle of tensors make, with the arguments that PyTorch's {@code
 * Tensor.__reduce_ex__}, {@code Parameter.__reduce_ex__} and {@code torch.save} write. Where a call
 * has other arguments the answer is null.
 */
final class TorchCalls {
  private static final int MAX_DIMENSIONS = 16;

  /** More than any file has; their bytes can be counted in a long. */
  private static final long MAX_ELEMENTS = 1L << 48;

  private TorchCalls() {}

  static @Nullable PickleValue call(TorchGlobal callee, List<PickleValue> given) {
    return switch (callee) {
      case ORDERED_DICT -> given.isEmpty() ? new Dict(new LinkedHashMap<>()) : null;
      case TENSOR -> given.size() == 6 ? tensor(given, null) : null;
      case TYPED_TENSOR ->
          given.size() == 7 && given.get(6) instanceof Global type && type.name().isTensorType()
              ? tensor(given, type.name().type)
              : null;
      case PARAMETER -> parameter(given, 3);
      case PARAMETER_WITH_STATE -> parameter(given, 4);
      default -> null;
    };
  }

  /**
   * The storage with the id (kind, class, key, device, elements); files of the legacy form have a
   * sixth part, which PyTorch 0.4 and later leave None.
   */
  static @Nullable Storage storage(PickleValue id) {
    return id instanceof Tuple(List<PickleValue> parts)
            && (parts.size() == 5 || parts.size() == 6 && parts.get(5) == None.NONE)
            && parts.get(0) instanceof Text(String kind)
            && kind.equals("storage")
            && parts.get(1) instanceof Global(TorchGlobal type)
            && type.isStorage()
            && parts.get(2) instanceof Text(String key)
            && parts.get(3) instanceof Text
            && parts.get(4) instanceof Int(long elements)
            && elements >= 0
            && elements <= MAX_ELEMENTS
        ? new Storage(key, type.type, elements)
        : null;
  }

  /** (storage, offset, shape, strides, requires_grad, backward_hooks, and what is special). */
  private static @Nullable Tensor tensor(List<PickleValue> given, @Nullable ElementType own) {
    if (given.get(0) instanceof Storage storage
        && given.get(1) instanceof Int(long offset)
        && given.get(2) instanceof Tuple(List<PickleValue> shape)
        && given.get(3) instanceof Tuple(List<PickleValue> strides)
        && given.get(4) instanceof Flag
        && given.get(5) instanceof Dict) {
      ElementType type = own == null ? storage.type() : own;
      long[] sizes = numbers(shape);
      long[] steps = numbers(strides);
      // A tensor names its own type exactly where its storage has none.
      boolean fits = (own == null) == (storage.type() != null) && offset >= 0;
      if (fits && type != null && sizes != null && steps != null && sizes.length == steps.length) {
        return new Tensor(storage, type, offset, sizes, steps);
      }
    }
    return null;
  }

  private static long @Nullable [] numbers(List<PickleValue> values) {
    if (values.size() > MAX_DIMENSIONS) {
      return null;
    }
    long[] numbers = new long[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(values.get(i) instanceof Int(long number)) || number < 0) {
        return null;
      }
      numbers[i] = number;
    }
    return numbers;
  }

  /** (tensor, requires_grad, backward_hooks, and the attributes). */
  private static @Nullable Tensor parameter(List<PickleValue> given, int arguments) {
    boolean fits =
        given.size() == arguments
            && given.get(1) instanceof Flag
            && given.get(2) instanceof Dict
            && (arguments == 3 || given.get(3) instanceof Dict);
    return fits && given.get(0) instanceof Tensor tensor ? tensor : null;
  }
}
