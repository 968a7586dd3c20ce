/** Where rankers come from: the embedded one, folders, the hub. */
@NullMarked
package io.lucerna.plugin.models;

import org.jspecify.annotations.NullMarked;
