package io.lucerna.instrumentation.checkpoint;

import java.nio.ByteBuffer;

/** How one element of a stored tensor is written; all forms are little-endian. */
enum ElementType {
  F64(8, true),
  F32(4, true),
  F16(2, true),
  BF16(2, true),
  I64(8, false),
  I32(4, false),
  I16(2, false),
  I8(1, false),
  U64(8, false),
  U32(4, false),
  U16(2, false),
  U8(1, false),
  BOOL(1, false);

  final int bytes;
  final boolean floating;

  ElementType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /**
   * Widens {@code count} elements of a floating type; an fp64 value that fp32 cannot hold is NaN.
   */
  void decode(ByteBuffer from, float[] to, int at, int count) {
    switch (this) {
      case F32 -> from.asFloatBuffer().get(to, at, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = Float.float16ToFloat(from.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          to[at + i] = Float.intBitsToFloat(from.getShort() << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          double value = from.getDouble();
          float narrow = (float) value;
          to[at + i] = narrow == value ? narrow : Float.NaN;
        }
      }
      default -> throw new IllegalArgumentException(this + " is not a floating type");
    }
  }

  /** Whether an integer of this type can have that value; U64 has the bits of all of them. */
  boolean holds(long value) {
    int unused = Long.SIZE - bytes * Byte.SIZE;
    return switch (this) {
      case I64, I32, I16, I8 -> value << unused >> unused == value;
      case U64, U32, U16, U8 -> value << unused >>> unused == value;
      case BOOL -> value == 0 || value == 1;
      case F64, F32, F16, BF16 -> throw new IllegalArgumentException(this + " is no integer type");
    };
  }

  /** Widens {@code count} elements of an integer or boolean type; U64 keeps its bits. */
  void decode(ByteBuffer from, long[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] =
          switch (this) {
            case I64, U64 -> from.getLong();
            case I32 -> from.getInt();
            case U32 -> Integer.toUnsignedLong(from.getInt());
            case I16 -> from.getShort();
            case U16 -> Short.toUnsignedLong(from.getShort());
            case I8 -> from.get();
            case U8, BOOL -> Byte.toUnsignedLong(from.get());
            case F64, F32, F16, BF16 ->
                throw new IllegalArgumentException(this + " is not an integer type");
          };
    }
  }
}
