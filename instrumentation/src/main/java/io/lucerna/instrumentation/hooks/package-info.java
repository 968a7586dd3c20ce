/** Hook points, hooks, and activation caches. */
@NullMarked
package io.lucerna.instrumentation.hooks;

import org.jspecify.annotations.NullMarked;
