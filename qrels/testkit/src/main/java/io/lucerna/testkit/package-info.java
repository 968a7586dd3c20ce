/**
 * What the tests of all modules share. {@link io.lucerna.testkit.Checkout} knows where fixtures
 * are, {@link io.lucerna.testkit.ChildJvm} starts a program in a JVM of its own, and {@link
 * io.lucerna.testkit.Work} bounds what a piece of work costs.
 *
 * <p>A test never asserts how long something takes: two busy cores would fail it. It bounds the
 * work instead, and leaves a hang to a generous {@code @Timeout}.
 *
 * <pre>{@code
 * Work work = Work.begin();
 * PassageCleaning.MARKUP.apply("<a ".repeat(200_000));
 * work.within("<a ", Duration.ofSeconds(10), 100_000_000);
 * }</pre>
 */
@NullMarked
package io.lucerna.testkit;

import org.jspecify.annotations.NullMarked;
