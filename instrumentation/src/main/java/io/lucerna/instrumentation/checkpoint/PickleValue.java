package io.lucerna.instrumentation.checkpoint;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can lie on the stack of a {@link TensorPickle}. Lists and dicts may hold themselves, so
 * nothing here may be walked without a bound.
 */
sealed interface PickleValue {
  /** The value in words, for messages. */
  String words();

  /** Python's None. */
  enum None implements PickleValue {
    NONE;

    @Override
    public String words() {
      return "None";
    }
  }

  /** A truth value. */
  record Flag(boolean value) implements PickleValue {
    @Override
    public String words() {
      return "a truth value";
    }
  }

  /** A whole number. */
  record Int(long value) implements PickleValue {
    @Override
    public String words() {
      return "a whole number";
    }
  }

  /** A string. */
  record Text(String value) implements PickleValue {
    @Override
    public String words() {
      return "a text";
    }
  }

  /** A tuple, which does not change. */
  record Tuple(List<PickleValue> items) implements PickleValue {
    @Override
    public String words() {
      return "a tuple";
    }
  }

  /** A list, which grows. */
  record Items(List<PickleValue> items) implements PickleValue {
    @Override
    public String words() {
      return "a list";
    }
  }

  /** A dict or OrderedDict whose keys are texts. */
  record Dict(Map<String, PickleValue> entries) implements PickleValue {
    @Override
    public String words() {
      return "a dict";
    }
  }

  /**
   * A storage: numbers in one row, which tensors are views of.
   *
   * @param type null where only its tensors know; {@code elements} are then bytes
   */
  record Storage(String key, @Nullable ElementType type, long elements) implements PickleValue {
    @Override
    public String words() {
      return "a storage";
    }

    long bytes() {
      return type == null ? elements : elements * type.bytes;
    }
  }

  /**
   * A tensor: element {@code (i, j, ...)} is number {@code offset + i * strides[0] + j * strides[1]
   * + ...} of its storage. Not yet checked against the storage.
   */
  record Tensor(Storage storage, ElementType type, long offset, long[] shape, long[] strides)
      implements PickleValue {
    @Override
    public String words() {
      return "a tensor";
    }
  }

  /** One of the names that may be asked for. */
  record Global(TorchGlobal name) implements PickleValue {
    @Override
    public String words() {
      return name.fullName;
    }
  }
}
