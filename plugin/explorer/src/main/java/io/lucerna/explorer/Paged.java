package io.lucerna.explorer;

/** A request that a page may give up by asking again. */
interface Paged {
  /** Names the page; empty if none asks. */
  String page();
}
