package io.lucerna.instrumentation.checkpoint;

import io.lucerna.instrumentation.checkpoint.PickleValue.Dict;
import io.lucerna.instrumentation.checkpoint.PickleValue.Flag;
import io.lucerna.instrumentation.checkpoint.PickleValue.Global;
import io.lucerna.instrumentation.checkpoint.PickleValue.Int;
import io.lucerna.instrumentation.checkpoint.PickleValue.Items;
import io.lucerna.instrumentation.checkpoint.PickleValue.None;
import io.lucerna.instrumentation.checkpoint.PickleValue.Storage;
import io.lucerna.instrumentation.checkpoint.PickleValue.Text;
import io.lucerna.instrumentation.checkpoint.PickleValue.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a pickle that holds tensors and nothing else.
 *
 * <p>A pickle is a program for a machine with a stack, marks in it, and a memo (CPython's
 * Lib/pickletools.py describes the operations). Python's machine can call whatever can be imported.
 * This one has the operations that build texts, whole numbers, tuples, lists and dicts, and knows
 * the names of {@link TorchGlobal}: to call one makes a {@link PickleValue}. Any other operation or
 * name is refused. Each operation takes at least a byte and makes at most one small value, and
 * {@link PickleInput} bounds both, so time and memory are bounded.
 */
final class TensorPickle {
  // The operations that are not a printable character, by pickletools' names.
  private static final int PROTO = 0x80;
  private static final int TUPLE1 = 0x85;
  private static final int TUPLE2 = 0x86;
  private static final int TUPLE3 = 0x87;
  private static final int NEWTRUE = 0x88;
  private static final int NEWFALSE = 0x89;
  private static final int LONG1 = 0x8a;
  private static final int SHORT_BINUNICODE = 0x8c;
  private static final int STACK_GLOBAL = 0x93;
  private static final int MEMOIZE = 0x94;
  private static final int FRAME = 0x95;

  private final PickleInput in;
  private final Map<String, Storage> storages;
  private final List<PickleValue> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, PickleValue> memo = new HashMap<>();

  /** Where the operation under way begins in the file. */
  private long at;

  private TensorPickle(PickleInput in, Map<String, Storage> storages) {
    this.in = in;
    this.storages = storages;
  }

  /**
   * The value of the pickle that begins where the input stands; the input then stands after it.
   *
   * @param storages gets the storages that are met, by key
   */
  static PickleValue read(PickleInput in, Map<String, Storage> storages) {
    return new TensorPickle(in, storages).run();
  }

  private PickleValue run() {
    for (int operation = next(); operation != '.'; operation = next()) {
      perform(operation);
    }
    PickleValue value = pop();
    if (!stack.isEmpty() || !marks.isEmpty()) {
      throw error("ends with more than one value on its stack");
    }
    return value;
  }

  private int next() {
    at = in.position();
    return in.operation();
  }

  private void perform(int operation) {
    switch (operation) {
      case PROTO -> protocol();
      case FRAME -> in.number(8);
      case '(' -> marks.push(stack.size());
      case 'N' -> push(None.NONE);
      case NEWTRUE -> push(new Flag(true));
      case NEWFALSE -> push(new Flag(false));
      case 'K' -> push(new Int(in.number(1)));
      case 'M' -> push(new Int(in.number(2)));
      case 'J' -> push(new Int((int) in.number(4)));
      case LONG1 -> push(longNumber());
      case 'X' -> push(new Text(in.text(in.number(4))));
      case SHORT_BINUNICODE -> push(new Text(in.text(in.number(1))));
      case ')' -> push(new Tuple(List.of()));
      case TUPLE1 -> push(new Tuple(popped(1)));
      case TUPLE2 -> push(new Tuple(popped(2)));
      case TUPLE3 -> push(new Tuple(popped(3)));
      case 't' -> push(new Tuple(sinceMark()));
      case ']' -> push(new Items(new ArrayList<>()));
      case 'a' -> append(popped(1));
      case 'e' -> append(sinceMark());
      case '}' -> push(new Dict(new LinkedHashMap<>()));
      case 's' -> put(popped(2));
      case 'u' -> put(sinceMark());
      case 'q' -> memorize(in.number(1));
      case 'r' -> memorize(in.number(4));
      case MEMOIZE -> memorize(memo.size());
      case 'h' -> push(remembered(in.number(1)));
      case 'j' -> push(remembered(in.number(4)));
      case 'c' -> push(global(in.line(), in.line()));
      case STACK_GLOBAL -> stackGlobal();
      case 'Q' -> push(storage());
      case 'R' -> call();
      case 'b' -> attributes();
      default ->
          throw error(
              String.format(Locale.ROOT, "has the operation 0x%02x, which", operation)
                  + " no pickle of tensors needs; allowed are those that build strings, "
                  + "integers, booleans, None, tuples, lists, dicts and tensors. Save the "
                  + "tensors alone: torch.save(model.state_dict(), ...)");
    }
  }

  private void protocol() {
    int version = in.octet();
    if (version < 2 || version > 5) {
      throw error("is of protocol " + version + ", allowed are 2 to 5");
    }
  }

  private Int longNumber() {
    int bytes = in.octet();
    if (bytes > Long.BYTES) {
      throw error("has a whole number of " + bytes + " bytes, allowed are up to " + Long.BYTES);
    }
    int unused = Long.SIZE - Byte.SIZE * bytes;
    return new Int(bytes == 0 ? 0 : in.number(bytes) << unused >> unused);
  }

  private void push(PickleValue value) {
    stack.add(value);
  }

  private PickleValue pop() {
    requireOnStack(1);
    return stack.remove(stack.size() - 1);
  }

  private PickleValue top() {
    requireOnStack(1);
    return stack.get(stack.size() - 1);
  }

  private void requireOnStack(int count) {
    int floor = marks.isEmpty() ? 0 : marks.peek();
    if (stack.size() - floor < count) {
      throw error("takes a value from an empty stack");
    }
  }

  private List<PickleValue> popped(int count) {
    requireOnStack(count);
    List<PickleValue> tail = stack.subList(stack.size() - count, stack.size());
    List<PickleValue> values = List.copyOf(tail);
    tail.clear();
    return values;
  }

  private List<PickleValue> sinceMark() {
    if (marks.isEmpty()) {
      throw error("goes back to a mark that does not exist");
    }
    int count = stack.size() - marks.peek();
    List<PickleValue> values = popped(count);
    marks.pop();
    return values;
  }

  private void append(List<PickleValue> values) {
    if (!(top() instanceof Items list)) {
      throw error("appends to " + top().words());
    }
    list.items().addAll(values);
  }

  private void put(List<PickleValue> pairs) {
    if (!(top() instanceof Dict dict)) {
      throw error("puts entries into " + top().words());
    }
    if (pairs.size() % 2 != 0) {
      throw error("puts a key without a value into a dict");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!(pairs.get(i) instanceof Text key)) {
        throw error("has " + pairs.get(i).words() + " as a key; the keys must be strings");
      }
      if (dict.entries().put(key.value(), pairs.get(i + 1)) != null) {
        throw error("names " + PickleInput.shown(key.value()) + " twice");
      }
    }
  }

  private void memorize(long index) {
    if (index >= PickleInput.MAX_OPERATIONS) {
      throw error(
          "remembers a value as number "
              + index
              + ", allowed are up to "
              + (PickleInput.MAX_OPERATIONS - 1));
    }
    memo.put(index, top());
  }

  private PickleValue remembered(long index) {
    PickleValue value = memo.get(index);
    if (value == null) {
      throw error("recalls value number " + index + ", which it never remembered");
    }
    return value;
  }

  private void stackGlobal() {
    List<PickleValue> names = popped(2);
    if (!(names.get(0) instanceof Text module) || !(names.get(1) instanceof Text name)) {
      throw error("asks for a global whose name is not a string");
    }
    push(global(module.value(), name.value()));
  }

  private Global global(String module, String name) {
    TorchGlobal global = TorchGlobal.named(module + "." + name);
    if (global == null) {
      throw error(
          "asks for the global "
              + PickleInput.shown(module + "." + name)
              + "; allowed are "
              + TorchGlobal.names()
              + ". A file of weights needs no other, and one from a stranger may do harm in Python."
              + " Save the tensors alone: torch.save(model.state_dict(), ...)");
    }
    return new Global(global);
  }

  private Storage storage() {
    Storage storage = TorchCalls.storage(pop());
    if (storage == null) {
      throw error(
          "refers to something outside that is not a storage of the form"
              + " (\"storage\", class, key, device, elements)");
    }
    Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw error(
          "gives the storage " + PickleInput.shown(storage.key()) + " two types or lengths");
    }
    return storage;
  }

  private void call() {
    PickleValue given = pop();
    PickleValue callee = pop();
    if (!(given instanceof Tuple arguments) || !(callee instanceof Global global)) {
      throw error("calls " + callee.words() + " with " + given.words());
    }
    PickleValue made = TorchCalls.call(global.name(), arguments.items());
    if (made == null) {
      throw error("calls " + callee.words() + " in another way than torch.save writes");
    }
    push(made);
  }

  /** Python sets attributes on the dict, such as its _metadata; they are no tensors. */
  private void attributes() {
    PickleValue state = pop();
    if (!(top() instanceof Dict) || !(state instanceof Dict)) {
      throw error("sets attributes of " + top().words() + " from " + state.words());
    }
  }

  private CheckpointException error(String what) {
    return in.error(at, what);
  }
}
