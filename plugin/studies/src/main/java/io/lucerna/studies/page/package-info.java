/** Pages that stand alone: no file beside them, no network. */
@NullMarked
package io.lucerna.studies.page;

import org.jspecify.annotations.NullMarked;
