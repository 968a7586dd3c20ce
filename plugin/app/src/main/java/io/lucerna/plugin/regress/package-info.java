/**
 * Regressions in Anserini's YAML form: read, planned as commands, run, and compared with what is
 * expected.
 *
 * <p>A {@code RegressionReader} reads the file, a {@code Plan} makes the commands, a {@link
 * io.lucerna.plugin.regress.RegressionRun} runs them. Each command is printed as it starts and
 * gives the same file by hand.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Start before all that the file names was found.
 *   <li>Count a number as OK that is only near, unless the file gives a tolerance.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.plugin.regress;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
