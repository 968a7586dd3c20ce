/** Reports on studies of what interventions do to rankings, made from a study's files alone. */
@NullMarked
package io.lucerna.studies.report;

import org.jspecify.annotations.NullMarked;
