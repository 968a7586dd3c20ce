package io.lucerna.spark;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** What an executor does with a batch. */
final class Task extends AbstractFunction2<TaskContext, Iterator<Batch>, Map<String, byte[]>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * What is open in this process, for all tasks of the same work.
   *
   * @param apply computes an item
   */
  private record Open(Object arguments, String work, Function<String, byte[]> apply) {}

  private static @Nullable Open open;

  private final Shipped jar;
  private final List<String> arguments;
  private final String work;
  private final LongAccumulator done;

  /**
   * Where executors find {@code lucerna.jar}.
   *
   * @param path its path, or its name among the files that Spark sends
   * @param sent whether Spark sends it
   */
  record Shipped(String path, boolean sent) implements Serializable {
    Path here() {
      return Path.of(sent ? SparkFiles.get(path) : path);
    }
  }

  /**
   * Creates the function, which is sent to the executors.
   *
   * @param work what the driver's command wants of the items
   * @param done counts the weight of items
   */
  Task(Shipped jar, List<String> arguments, String work, LongAccumulator done) {
    this.jar = jar;
    this.arguments = List.copyOf(arguments);
    this.work = work;
    this.done = done;
  }

  /** Computes items up to the first that fails; the outcomes by id. */
  @Override
  public Map<String, byte[]> apply(TaskContext context, Iterator<Batch> batches) {
    Function<String, byte[]> worker = worker();
    Map<String, byte[]> outcomes = new LinkedHashMap<>();
    for (Item item : batches.next().items()) {
      context.killTaskIfInterrupted();
      byte[] outcome = worker.apply(item.id());
      outcomes.put(item.id(), outcome);
      done.add(item.weight());
      if (outcome[0] != 0) {
        break;
      }
    }
    return outcomes;
  }

  private Function<String, byte[]> worker() {
    synchronized (Task.class) {
      if (open == null || !open.work.equals(work) || !open.arguments.equals(arguments)) {
        Lucerna lucerna = Lucerna.of(jar.here(), SparkEnv.get().conf());
        open = new Open(arguments, work, lucerna.worker(arguments, work));
      }
      return open.apply;
    }
  }
}
