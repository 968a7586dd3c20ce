package io.lucerna.base;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.lucerna.base.text.MalformedTextException;
import java.util.regex.Pattern;

/**
 * Tells a person what is wrong with a JSON or YAML text: the reason, the column, and how the line
 * begins. Only modules that have Jackson may call this.
 */
public final class JsonFaults {
  /** How much of a line is shown. */
  private static final int SHOWN = 60;

  /** Jackson's way to say that it does not show the source. */
  private static final Pattern SOURCE =
      Pattern.compile(
          " ?\\((?:start marker )?at \\[Source:[^\\]]*\\]\\)| ?at \\[Source:[^\\]]*\\]");

  private JsonFaults() {}

  /**
   * A fault of one line of JSON lines.
   *
   * @param file what the file is called
   * @param line the line's number, from 1
   * @param text the line
   */
  public static MalformedTextException inLine(
      String file, long line, JsonProcessingException fault, String text) {
    return new MalformedTextException(file, line, message("JSON", fault, text));
  }

  /**
   * A fault of a whole file.
   *
   * @param file what the file is called
   * @param format {@code JSON} or {@code YAML}
   * @param text what the file holds
   */
  public static MalformedTextException inFile(
      String file, String format, JsonProcessingException fault, String text) {
    JsonLocation at = fault.getLocation();
    int line = at == null ? 0 : Math.max(0, at.getLineNr());
    return new MalformedTextException(file, line, message(format, fault, text));
  }

  /** The message alone, for a text that is no file of its own. */
  public static String message(String format, JsonProcessingException fault, String text) {
    JsonLocation at = fault.getLocation();
    String reason = "not " + format + ": " + reason(fault);
    if (at == null || at.getLineNr() < 1) {
      return reason;
    }
    String line = text.lines().skip(at.getLineNr() - 1L).findFirst().orElse("");
    return line.isBlank()
        ? reason
        : reason + " (column " + at.getColumnNr() + " of " + beginning(line) + ")";
  }

  /** Jackson's reason, without what it says of a source that it does not show. */
  public static String reason(JsonProcessingException fault) {
    String first = String.valueOf(fault.getOriginalMessage()).lines().findFirst().orElse("");
    String reason = SOURCE.matcher(first).replaceAll("").strip();
    return reason.isEmpty() ? "it cannot be read" : reason;
  }

  /** How a line begins, or all of a short one. */
  public static String beginning(String line) {
    if (line.length() <= SHOWN) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
    return line.substring(0, end) + "...";
  }
}
