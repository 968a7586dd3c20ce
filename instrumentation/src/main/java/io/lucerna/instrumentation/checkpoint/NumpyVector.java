package io.lucerna.instrumentation.checkpoint;

import io.lucerna.base.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One vector in a file of NumPy, as {@code np.save} writes an array of one dimension
 * (numpy.lib.format, 1.0 to 3.0).
 *
 * @param values its numbers, finite
 * @param sha256 the hash of the file's bytes, in hex
 */
public record NumpyVector(double[] values, String sha256) {
  private static final String ENDING = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Where the length of the header is, after the version. */
  private static final int LENGTH_AT = 8;

  private static final int LAST_VERSION = 3;

  /** More than any layer of any model has units. */
  private static final int LARGEST = 1 << 26;

  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*('[^']*'|[^,}]*)");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*(\\([\\d, ]*\\))");
  private static final Pattern ONE_DIMENSION = Pattern.compile("\\(\\s*(\\d{1,9})\\s*,\\s*\\)");

  /**
   * {@return whether a file is one of NumPy by its name}
   *
   * @param file the name
   */
  public static boolean isNamed(String file) {
    return file.endsWith(ENDING);
  }

  /**
   * Reads a file.
   *
   * @param file floats of 16, 32 or 64 bits, little-endian, in one dimension
   * @return the vector, at the precision of the file
   * @throws CheckpointException if it is anything else; the message names the file and says why
   */
  public static NumpyVector read(Path file) {
    try (WeightFile open = WeightFile.open(file)) {
      if (open.size() > LARGEST) {
        throw new CheckpointException(
            file + ": has " + open.size() + " bytes; one vector has at most " + LARGEST);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) open.size()).order(ByteOrder.LITTLE_ENDIAN);
      open.read(0, bytes);
      String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes.array()));
      return new NumpyVector(new Reader(file, bytes).values(), sha256);
    } catch (IOException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  /** The bytes, taken from front to end. */
  private record Reader(Path file, ByteBuffer bytes) {
    double[] values() {
      String header = header();
      ElementType type = type(field(TYPE, header, "descr"));
      if (field(ORDER, header, "fortran_order").equals("True")) {
        throw error("is in Fortran order; save it in C order (np.ascontiguousarray)");
      }
      String shape = field(SHAPE, header, "shape");
      Matcher one = ONE_DIMENSION.matcher(shape);
      if (!one.matches()) {
        throw error("has the shape " + shape + "; expected one vector, (d,)");
      }
      int count = Integer.parseInt(one.group(1));
      if (count == 0 || bytes.remaining() != (long) count * type.bytes) {
        throw error(
            "has "
                + bytes.remaining()
                + " bytes of numbers, where the shape "
                + shape
                + " takes "
                + (long) count * type.bytes
                + (count == 0 ? "; a vector has at least one number" : ""));
      }
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] =
            switch (type) {
              case F16 -> Float.float16ToFloat(bytes.getShort());
              case F32 -> bytes.getFloat();
              default -> bytes.getDouble();
            };
        if (!Double.isFinite(values[i])) {
          throw error("value at index " + i + " is " + values[i] + "; all must be finite");
        }
      }
      return values;
    }

    private String header() {
      int version = bytes.limit() > LENGTH_AT ? bytes.get(MAGIC.length) : 0;
      for (int i = 0; i < MAGIC.length; i++) {
        if (version == 0 || bytes.get(i) != MAGIC[i]) {
          throw error("is no array that np.save wrote; it does not begin as one");
        }
      }
      if (version < 1 || version > LAST_VERSION) {
        throw error("is of version " + version + " of NumPy's form; 1 to 3 are read");
      }
      int width = version == 1 ? Short.BYTES : Integer.BYTES;
      if (bytes.limit() < LENGTH_AT + width) {
        throw error("is cut short: it ends within its header");
      }
      long length =
          version == 1
              ? Short.toUnsignedLong(bytes.getShort(LENGTH_AT))
              : Integer.toUnsignedLong(bytes.getInt(LENGTH_AT));
      if (length > bytes.limit() - LENGTH_AT - width) {
        throw error("is cut short: it ends within its header");
      }
      byte[] text = new byte[(int) length];
      bytes.position(LENGTH_AT + width).get(text);
      return new String(text, StandardCharsets.UTF_8);
    }

    private String field(Pattern pattern, String header, String name) {
      Matcher found = pattern.matcher(header);
      if (!found.find()) {
        throw error("has no " + name + " in its header");
      }
      return found.group(1);
    }

    private ElementType type(String descr) {
      return switch (descr) {
        case "'<f2'" -> ElementType.F16;
        case "'<f4'" -> ElementType.F32;
        case "'<f8'" -> ElementType.F64;
        default ->
            throw error(
                "has numbers of the type "
                    + descr.strip()
                    + "; floats are read, little-endian: '<f2', '<f4', '<f8'");
      };
    }

    private CheckpointException error(String what) {
      return new CheckpointException(file + ": " + what);
    }
  }
}
