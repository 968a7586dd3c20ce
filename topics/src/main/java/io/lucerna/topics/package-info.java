/** What is asked: topics, topic files, and the bundled demonstration collection. */
@NullMarked
package io.lucerna.topics;

import org.jspecify.annotations.NullMarked;
