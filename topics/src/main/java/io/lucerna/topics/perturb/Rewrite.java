package io.lucerna.topics.perturb;

import io.lucerna.topics.Edit;
import io.lucerna.topics.perturb.AnalyzedText.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes at places of a passage, collected in any order, that together make a new text. */
final class Rewrite {
  private record Change(int start, int end, String text) {}

  private final String base;
  private final List<Change> changes = new ArrayList<>();

  Rewrite(AnalyzedText passage) {
    this.base = passage.text();
  }

  /** Puts other text in place of a range. */
  Rewrite replace(int start, int end, String text) {
    if (!base.substring(start, end).equals(text)) {
      changes.add(new Change(start, end, text));
    }
    return this;
  }

  Rewrite replace(Word word, String text) {
    return replace(word.start(), word.end(), text);
  }

  /** Takes a range away together with one whitespace next to it, so that no two are left. */
  Rewrite delete(int start, int end) {
    if (start > 0 && Character.isWhitespace(base.charAt(start - 1))) {
      return replace(start - 1, end, "");
    }
    boolean followed = end < base.length() && Character.isWhitespace(base.charAt(end));
    return replace(start, followed ? end + 1 : end, "");
  }

  Rewrite delete(Word word) {
    return delete(word.start(), word.end());
  }

  /** Puts words in at a place, with a space on each side that has other text. */
  Rewrite insert(int at, String words) {
    boolean before = at > 0 && !Character.isWhitespace(base.charAt(at - 1));
    boolean after = at < base.length() && !Character.isWhitespace(base.charAt(at));
    return replace(at, at, (before ? " " : "") + words + (after ? " " : ""));
  }

  /** The changed passage. */
  Variant variant(String suffix, List<String> terms) {
    List<Change> ordered = new ArrayList<>(changes);
    ordered.sort(Comparator.comparingInt(Change::start).thenComparingInt(Change::end));
    StringBuilder text = new StringBuilder();
    List<Edit> edits = new ArrayList<>();
    int at = 0;
    for (Change change : ordered) {
      // Two deletions may share the whitespace between them.
      int start = change.text.isEmpty() ? Math.max(change.start, at) : change.start;
      if (start < at) {
        throw new IllegalStateException("changes overlap at " + change);
      }
      if (start >= change.end && change.text.isEmpty()) {
        continue;
      }
      text.append(base, at, start);
      Edit edit = new Edit(start, change.end, text.length(), text.length() + change.text.length());
      text.append(change.text);
      at = change.end;
      add(edits, edit);
    }
    text.append(base, at, base.length());
    return new Variant(suffix, text.toString(), edits, terms);
  }

  private static void add(List<Edit> edits, Edit edit) {
    if (!edits.isEmpty() && edits.getLast().baseEnd() == edit.baseStart()) {
      Edit last = edits.removeLast();
      edits.add(
          new Edit(last.baseStart(), edit.baseEnd(), last.perturbedStart(), edit.perturbedEnd()));
    } else {
      edits.add(edit);
    }
  }
}
