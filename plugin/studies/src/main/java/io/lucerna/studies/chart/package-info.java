/** Pictures of numbers, drawn once and written as SVG or PNG. */
@NullMarked
package io.lucerna.studies.chart;

import org.jspecify.annotations.NullMarked;
