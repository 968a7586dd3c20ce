package io.lucerna.plugin.collections;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Where a file of a collection comes from. */
public sealed interface Source {
  /** The name that the file has in a folder. */
  String fileName();

  /**
   * A file on the web.
   *
   * @param uri its address
   * @param checksum of its content
   * @param fileName its name in a folder, where {@code fileName.gz} will do too
   */
  record Remote(URI uri, Checksum checksum, String fileName) implements Source {
    /** A file that keeps the name that it has on the web. */
    public static Remote of(URI uri, String checksum) {
      String path = uri.getPath();
      return new Remote(uri, Checksum.parse(checksum), path.substring(path.lastIndexOf('/') + 1));
    }
  }

  /**
   * A file that comes with Lucerna.
   *
   * @param fileName its name
   * @param writer copies it into a folder
   */
  record Resource(String fileName, Writer writer) implements Source {}

  /**
   * Several files as one: lines one after the other, or the elements of JSON arrays, a line each.
   *
   * @param fileName its name
   * @param parts in order
   */
  record Joined(String fileName, List<Remote> parts) implements Source {}

  /** Writes a file into a folder. */
  interface Writer {
    /** Creates the folder if need be, writes the file, and returns its path. */
    Path write(Path folder) throws IOException;
  }
}
