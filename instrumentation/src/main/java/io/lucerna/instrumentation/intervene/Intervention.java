package io.lucerna.instrumentation.intervene;

/**
 * One intervention: what is changed, and how.
 *
 * @param target what
 * @param operation how
 */
public record Intervention(Target target, Operation operation) {

  /** As in a spec, such as {@code zero blocks.3.attn.hook_z head=7 at=match}. */
  @Override
  public String toString() {
    return SpecWriter.line(this);
  }
}
