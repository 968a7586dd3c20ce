@NullMarked
package io.lucerna.spark;

import org.jspecify.annotations.NullMarked;
