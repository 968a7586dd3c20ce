package io.lucerna.plugin.collections;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Where a file of a collection comes from. */
public sealed interface Source {
  /** The name that the file has in a folder. */
  String fileName();

  /**
   * A file on the web.
   *
   * @param uri its address
   * @param md5 its checksum, 32 hex digits
   */
  record Remote(URI uri, String md5) implements Source {
    @Override
    public String fileName() {
      String path = uri.getPath();
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * A file that comes with Lucerna.
   *
   * @param fileName its name
   * @param writer copies it into a folder
   */
  record Resource(String fileName, Writer writer) implements Source {}

  /** Writes a file into a folder. */
  interface Writer {
    /** Creates the folder if need be, writes the file, and returns its path. */
    Path write(Path folder) throws IOException;
  }
}
