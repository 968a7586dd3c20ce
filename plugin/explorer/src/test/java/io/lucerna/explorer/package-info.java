@NullMarked
package io.lucerna.explorer;

import org.jspecify.annotations.NullMarked;
