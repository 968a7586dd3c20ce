package io.lucerna.studies.ranking;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is needed to make a study again, besides its settings and conditions.
 *
 * @param model what ran
 * @param effects the heads' effects in a patching study; null without
 * @param fields for study.json: what was read, what ran, and when
 * @param hash gives the hash of a file
 */
public record StudyIdentity(
    StudiedModel model, @Nullable HeadEffects effects, Map<String, Object> fields, FileHash hash) {

  /** Gives the hash of a file. */
  @FunctionalInterface
  public interface FileHash {
    /** The hash, in hex. */
    String of(Path file) throws IOException;
  }
}
