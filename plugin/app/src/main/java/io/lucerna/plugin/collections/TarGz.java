package io.lucerna.plugin.collections;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks archives of plain files. */
final class TarGz {
  private TarGz() {}

  /**
   * Unpacks into a folder that exists.
   *
   * @throws CollectionException if an entry is neither file nor folder, or would leave the folder
   */
  static void unpack(Path archive, Path folder) throws IOException {
    Path root = folder.toAbsolutePath().normalize();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
          throw new CollectionException(
              archive + ": entry '" + entry.getName() + "' points outside of the archive");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
          Path parent = target.getParent();
          Files.createDirectories(parent == null ? root : parent);
          Files.copy(tar, target);
        } else {
          throw new CollectionException(
              archive + ": entry '" + entry.getName() + "' is neither a file nor a folder");
        }
      }
    }
  }
}
