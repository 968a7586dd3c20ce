/**
 * Pictures of numbers, drawn once and written as SVG or PNG.
 *
 * <p>A figure such as {@link io.lucerna.studies.chart.HeatMap} holds data; a painter draws it on a
 * {@code Canvas}, of which there are two: SVG and PNG. So both have the same layout.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Show a sign by hue alone: lightness must fall evenly from 0 to both ends, and tests check
 *       it for readers without red or green cones.
 * </ul>
 */
@Internal
@NullMarked
package io.lucerna.studies.chart;

import io.lucerna.base.Internal;
import org.jspecify.annotations.NullMarked;
