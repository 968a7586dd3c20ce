package io.lucerna.spark;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.ShutdownHookManager;
import org.jspecify.annotations.Nullable;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Runs items on the executors. It is given what there is to do as {@code what} (some words for
 * people), {@code work} (for the executors), {@code ids} and {@code weights}, and passes outcomes
 * on as each task ends. Spark runs the tasks of an executor that is lost again, and takes the first
 * result of a task that ran twice.
 */
final class Cluster
    implements BiConsumer<Map<String, ?>, Consumer<Map<String, byte[]>>>, AutoCloseable {
  private final SparkConf conf;
  private final Path jar;
  private final List<String> arguments;
  private @Nullable SparkContext context;

  Cluster(SparkConf conf, Path jar, List<String> arguments) {
    this.conf = conf;
    this.jar = jar;
    this.arguments = arguments;
  }

  @Override
  public void accept(Map<String, ?> todo, Consumer<Map<String, byte[]>> sink) {
    SparkContext spark = context();
    spark.setJobDescription((String) part(todo, "what"));
    List<Batch> batches =
        Batch.of(items((String[]) part(todo, "ids"), (long[]) part(todo, "weights")));
    RDD<Batch> rdd =
        JavaSparkContext.fromSparkContext(spark).parallelize(batches, batches.size()).rdd();
    LongAccumulator done = spark.longAccumulator("done");
    Task task = new Task(shipped(spark), arguments, (String) part(todo, "work"), done);
    Taker taker = new Taker(sink);
    try {
      spark.runJob(rdd, task, taker, ClassTag$.MODULE$.apply(Map.class));
    } catch (Exception e) { // also those that Scala does not declare
      throw taker.refused == null ? failure(e) : taker.refused;
    }
  }

  private static Object part(Map<String, ?> todo, String name) {
    return Objects.requireNonNull(todo.get(name), name);
  }

  private static List<Item> items(String[] ids, long[] weights) {
    List<Item> items = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      items.add(new Item(ids[i], weights[i]));
    }
    return items;
  }

  /** Not before there are items: a wrong option costs no cluster. */
  private SparkContext context() {
    if (context == null) {
      SparkContext begun = new SparkContext(conf);
      context = begun;
      // Ctrl-C: first of all that is done then.
      ShutdownHookManager.addShutdownHook(Integer.MAX_VALUE, () -> quiet(begun));
      if (!begun.isLocal()) {
        begun.addFile(jar.toString());
      }
    }
    return context;
  }

  private Task.Shipped shipped(SparkContext spark) {
    return spark.isLocal()
        ? new Task.Shipped(jar.toString(), false)
        : new Task.Shipped(jar.getFileName().toString(), true);
  }

  private static RuntimeException failure(Exception e) {
    // Ctrl-C: Spark stops before the program does.
    return new UncheckedIOException(
        ShutdownHookManager.inShutdown()
            ? new InterruptedIOException()
            : new IOException(
                "Spark: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
  }

  /** What Spark says of tasks that end with it is not for the user. */
  private static BoxedUnit quiet(SparkContext context) {
    context.setLogLevel("OFF");
    return BoxedUnit.UNIT;
  }

  @Override
  public void close() {
    if (context != null) {
      quiet(context);
      context.stop();
    }
  }

  /** Takes the result of each task, on one thread; what it throws ends the job. */
  private static final class Taker
      extends AbstractFunction2<Object, Map<String, byte[]>, BoxedUnit> {
    private final Consumer<Map<String, byte[]>> sink;
    private volatile @Nullable RuntimeException refused;

    Taker(Consumer<Map<String, byte[]>> sink) {
      this.sink = sink;
    }

    @Override
    public BoxedUnit apply(Object task, Map<String, byte[]> outcomes) {
      // Tasks that have begun end, too.
      if (refused == null) {
        try {
          sink.accept(outcomes);
        } catch (RuntimeException e) {
          refused = e;
          throw e;
        }
      }
      return BoxedUnit.UNIT;
    }
  }
}
