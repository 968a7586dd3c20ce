/**
 * A page in the browser in which a person ranks, changes the model and watches the documents move.
 *
 * <p>{@link io.lucerna.explorer.ExplorerServer} is the way in. A request passes {@code Gate}, which
 * knows where it may come from; {@code Api}, which knows JSON; {@code Desk}, where it waits for the
 * model; and {@code Workbench}, which ranks. What is ranked comes from a {@link
 * io.lucerna.explorer.Explored}. In place of a ranking a server can show a folder, an {@link
 * io.lucerna.explorer.Opened}. The pages are plain modules in the resources.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Open a file, or run code, because a request names it.
 *   <li>Compute a score or a measure in another way than the command line does.
 *   <li>Let the page fetch anything from another server, or take a text for markup.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.explorer;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
