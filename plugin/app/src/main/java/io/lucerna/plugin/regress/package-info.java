/**
 * Regressions in Anserini's YAML form: reading them, planning the commands that they stand for,
 * running these, and holding what they give against what is expected.
 */
@NullMarked
package io.lucerna.plugin.regress;

import org.jspecify.annotations.NullMarked;
