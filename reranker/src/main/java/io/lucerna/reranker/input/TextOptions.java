package io.lucerna.reranker.input;

import io.lucerna.base.Internal;
import java.util.Optional;

/**
 * What surrounds query and passage, where it is not as the folder or the architecture says.
 *
 * @param prompt the text of which both are a part, with {@code {query}} and {@code {passage}}
 * @param queryPrefix what precedes a query that is read alone
 * @param passagePrefix what precedes a passage that is read alone
 */
public record TextOptions(
    Optional<String> prompt, Optional<String> queryPrefix, Optional<String> passagePrefix) {
  /** All as the folder or the architecture says. */
  public static final TextOptions NONE =
      new TextOptions(Optional.empty(), Optional.empty(), Optional.empty());

  /** Takes all; {@link io.lucerna.reranker.ScorerOptions} makes them for other programs. */
  @Internal
  public TextOptions {}

  /** {@return whether there is a prefix} */
  public boolean prefixed() {
    return queryPrefix.isPresent() || passagePrefix.isPresent();
  }
}
