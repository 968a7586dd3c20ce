/**
 * Commands of Lucerna whose items run on Apache Spark.
 *
 * <p>The driver is the ordinary command with another way to run its items: {@link
 * io.lucerna.spark.Cluster} sends their ids to the executors, where {@link io.lucerna.spark.Task}
 * has the same command, opened with the same arguments, compute them. What an outcome looks like,
 * where it goes and what a failure means is known to Lucerna alone; here it is bytes.
 *
 * <p>Lucerna's classes come from {@code lucerna.jar}, in a {@link io.lucerna.spark.Lucerna} that
 * sees none of Spark's, and Spark sees none of them: both bring Jackson, log4j and others, in
 * versions of their own. Only types of Java itself pass between them.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Depend on a class of Lucerna's.
 *   <li>Have an outcome depend on how items are cut into tasks, or on where they run.
 * </ul>
 */
@NullMarked
package io.lucerna.spark;

import org.jspecify.annotations.NullMarked;
