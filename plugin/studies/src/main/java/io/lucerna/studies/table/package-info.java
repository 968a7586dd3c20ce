/** Tables in CSV. */
@NullMarked
package io.lucerna.studies.table;

import org.jspecify.annotations.NullMarked;
