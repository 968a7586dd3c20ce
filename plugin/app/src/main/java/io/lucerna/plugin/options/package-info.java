/** Options that several commands have, each declared once. */
@NullMarked
package io.lucerna.plugin.options;

import org.jspecify.annotations.NullMarked;
