package io.lucerna.instrumentation.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The names that a pickle of tensors may ask for, and no others. Each stands for a type of numbers
 * or for a value of this package; nothing is looked up or called outside of it.
 */
enum TorchGlobal {
  ORDERED_DICT("collections.OrderedDict"),
  TENSOR("torch._utils._rebuild_tensor_v2"),
  /** As TENSOR, for types that have no storage class of their own. */
  TYPED_TENSOR("torch._utils._rebuild_tensor_v3"),
  PARAMETER("torch._utils._rebuild_parameter"),
  /** As PARAMETER, with attributes that Python code has put on it. */
  PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state"),
  DOUBLE_STORAGE("torch.DoubleStorage", ElementType.F64),
  FLOAT_STORAGE("torch.FloatStorage", ElementType.F32),
  HALF_STORAGE("torch.HalfStorage", ElementType.F16),
  BFLOAT16_STORAGE("torch.BFloat16Storage", ElementType.BF16),
  LONG_STORAGE("torch.LongStorage", ElementType.I64),
  INT_STORAGE("torch.IntStorage", ElementType.I32),
  SHORT_STORAGE("torch.ShortStorage", ElementType.I16),
  CHAR_STORAGE("torch.CharStorage", ElementType.I8),
  BYTE_STORAGE("torch.ByteStorage", ElementType.U8),
  BOOL_STORAGE("torch.BoolStorage", ElementType.BOOL),
  UNTYPED_STORAGE("torch.storage.UntypedStorage"),
  UINT16("torch.uint16", ElementType.U16),
  UINT32("torch.uint32", ElementType.U32),
  UINT64("torch.uint64", ElementType.U64);

  private static final Map<String, TorchGlobal> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(global -> global.fullName, Function.identity()));

  final String fullName;
  final @Nullable ElementType type;

  TorchGlobal(String fullName) {
    this(fullName, null);
  }

  TorchGlobal(String fullName, @Nullable ElementType type) {
    this.fullName = fullName;
    this.type = type;
  }

  /** The global of that name, module and all; null where it is not allowed. */
  static @Nullable TorchGlobal named(String fullName) {
    return BY_NAME.get(fullName);
  }

  /** All names, for messages. */
  static String names() {
    return Arrays.stream(values()).map(global -> global.fullName).collect(Collectors.joining(", "));
  }

  /** Whether this is the class of a storage. */
  boolean isStorage() {
    return this == UNTYPED_STORAGE || fullName.endsWith("Storage");
  }

  /** Whether this is a type of tensors whose storages have none. */
  boolean isTensorType() {
    return type != null && !isStorage();
  }
}
