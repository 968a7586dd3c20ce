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
 * Vectors in a file of NumPy, as {@code np.save} writes an array of one dimension or two
 * (numpy.lib.format, 1.0 to 3.0).
 *
 * @param rows one for each vector, whose numbers are finite
 * @param sha256 the hash of the file's bytes, in hex
 */
public record NumpyVectors(double[][] rows, String sha256) {
  private static final String ENDING = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Where the length of the header is, after the version. */
  private static final int LENGTH_AT = 8;

  private static final int LAST_VERSION = 3;

  /** 256 directions of a large model, or 65,536 of a small one, take less. */
  private static final int LARGEST = 1 << 28;

  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*('[^']*'|[^,}]*)");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*(\\([\\d, ]*\\))");
  private static final Pattern SIZES =
      Pattern.compile("\\(\\s*(\\d{1,9})\\s*,\\s*(?:(\\d{1,9})\\s*,?\\s*)?\\)");

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
   * @param file floats of 16, 32 or 64 bits, little-endian, (d,) or (k, d)
   * @return the vectors, at the precision of the file
   * @throws CheckpointException if it is anything else; the message names the file and says why
   */
  public static NumpyVectors read(Path file) {
    try (WeightFile open = WeightFile.open(file)) {
      if (open.size() > LARGEST) {
        throw new CheckpointException(
            file + ": has " + open.size() + " bytes; vectors have at most " + LARGEST);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) open.size()).order(ByteOrder.LITTLE_ENDIAN);
      open.read(0, bytes);
      String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes.array()));
      return new NumpyVectors(new Reader(file, bytes).rows(), sha256);
    } catch (IOException e) {
      throw new CheckpointException(file + ": " + e.getMessage(), e);
    }
  }

  /** The bytes, taken from front to end. */
  private record Reader(Path file, ByteBuffer bytes) {
    double[][] rows() {
      String header = header();
      ElementType type = type(field(TYPE, header, "descr"));
      if (field(ORDER, header, "fortran_order").equals("True")) {
        throw error("is in Fortran order; save it in C order (np.ascontiguousarray)");
      }
      String shape = field(SHAPE, header, "shape");
      Matcher sizes = SIZES.matcher(shape);
      if (!sizes.matches()) {
        throw error("has the shape " + shape + "; expected one vector, (d,), or several, (k, d)");
      }
      boolean one = sizes.group(2) == null;
      int many = one ? 1 : Integer.parseInt(sizes.group(1));
      int width = Integer.parseInt(sizes.group(one ? 1 : 2));
      long count = (long) many * width;
      if (count == 0 || bytes.remaining() != count * type.bytes) {
        throw error(
            "has "
                + bytes.remaining()
                + " bytes of numbers, where the shape "
                + shape
                + " takes "
                + count * type.bytes
                + (count == 0 ? "; a vector has at least one number" : ""));
      }
      double[][] rows = new double[many][width];
      for (int i = 0; i < count; i++) {
        double value =
            switch (type) {
              case F16 -> Float.float16ToFloat(bytes.getShort());
              case F32 -> bytes.getFloat();
              default -> bytes.getDouble();
            };
        if (!Double.isFinite(value)) {
          throw error("value at index " + i + " is " + value + "; all must be finite");
        }
        rows[i / width][i % width] = value;
      }
      return rows;
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
