/** What readers of texts throw, for those who catch it: the text, and the line at fault. */
@NullMarked
package io.lucerna.base.text;

import org.jspecify.annotations.NullMarked;
