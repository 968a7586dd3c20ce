package io.lucerna.plugin;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.text.MalformedTextException;
import io.lucerna.instrumentation.checkpoint.CheckpointException;
import io.lucerna.instrumentation.hub.HubException;
import io.lucerna.instrumentation.intervene.CustomHookException;
import io.lucerna.instrumentation.intervene.HookSourceException;
import io.lucerna.instrumentation.recording.RecordingException;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.collections.CollectionException;
import io.lucerna.plugin.perturb.NoPairsException;
import io.lucerna.plugin.regress.RegressException;
import io.lucerna.plugin.rerank.IdleInterventionException;
import io.lucerna.plugin.texts.TextSourceException;
import io.lucerna.reranker.ScoreException;
import io.lucerna.studies.work.StudyException;
import io.lucerna.studies.work.StudyInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.Optional;

/** Turns what a command threw into one line and an exit code. */
public final class Failures {
  /**
   * An expected failure.
   *
   * @param code how the program ends
   * @param message one line for the user
   */
  public record Failure(ExitCode code, String message) {}

  private Failures() {}

  /** Explains a failure; empty when it is not one that a user can bring about, and so is a bug. */
  public static Optional<Failure> explain(Throwable thrown) {
    return switch (thrown) {
      // First: those who pass an interrupt on do so in exceptions of many kinds.
      case Throwable t when interrupted(t) -> failure(ExitCode.INTERRUPTED, "interrupted");
      case CommandException e -> failure(e.code(), e);
      case CheckpointException e -> failure(ExitCode.MODEL, e);
      case RecordingException e -> failure(ExitCode.INPUT, e);
      case HookSourceException e -> failure(ExitCode.INPUT, e);
      case CustomHookException e -> failure(ExitCode.FAILED, e);
      case HubException e -> failure(ExitCode.MODEL, e);
      case TextSourceException e -> failure(ExitCode.INPUT, e);
      case IdleInterventionException e -> failure(ExitCode.FAILED, e);
      case NoPairsException e -> failure(ExitCode.FAILED, e);
      case CollectionException e -> failure(ExitCode.INPUT, e);
      case RegressException e -> failure(ExitCode.INPUT, e);
      case StudyInputException e -> failure(ExitCode.INPUT, e);
      case StudyException e -> failure(ExitCode.FAILED, e);
      case ScoreException e -> failure(ExitCode.FAILED, e);
      case UncheckedIOException e -> explain(Objects.requireNonNull(e.getCause()));
      case NoSuchFileException e ->
          failure(ExitCode.INPUT, e.getFile() + ": no such file or folder");
      case FileAlreadyExistsException e ->
          failure(ExitCode.USAGE, e.getFile() + ": exists already and is not a folder");
      case FileNotFoundException e -> failure(ExitCode.INPUT, e);
      case AccessDeniedException e -> failure(ExitCode.INPUT, e.getFile() + ": permission denied");
      case MalformedTextException e -> failure(ExitCode.INPUT, e);
      case JsonProcessingException e ->
          failure(ExitCode.INPUT, "a JSON file is malformed: " + JsonFaults.reason(e));
      case CharacterCodingException e -> failure(ExitCode.INPUT, "a text file is not UTF-8");
      case FileSystemException e -> failure(ExitCode.FAILED, e.getFile() + ": " + reason(e));
      case IOException e -> failure(ExitCode.FAILED, e);
      case NumberFormatException e ->
          failure(ExitCode.USAGE, "a value is not a number: " + e.getMessage());
      case IllegalArgumentException e when e.getMessage() != null -> failure(ExitCode.USAGE, e);
      case OutOfMemoryError e ->
          failure(
              ExitCode.FAILED,
              "out of memory: give Java more with LUCERNA_OPTS=-Xmx8g, or use a smaller -batch");
      default -> Optional.empty();
    };
  }

  private static boolean interrupted(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof ClosedByInterruptException
          || cause.getClass() == InterruptedIOException.class) { // timeouts are derived from it
        return true;
      }
    }
    return false;
  }

  private static String reason(FileSystemException e) {
    return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
  }

  private static Optional<Failure> failure(ExitCode code, Throwable thrown) {
    String message = thrown.getMessage();
    return failure(code, message == null ? thrown.getClass().getSimpleName() : message);
  }

  private static Optional<Failure> failure(ExitCode code, String message) {
    return Optional.of(new Failure(code, message));
  }
}
