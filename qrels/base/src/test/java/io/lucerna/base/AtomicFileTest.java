package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final int WRITERS = 6;
  private static final int LINES = 500;

  @TempDir Path folder;

  /** Halves at the end, before a letter, in the wrong order, and next to a whole pair. */
  @Test
  void halfASurrogatePairIsWrittenAsReplacement() throws Exception {
    Path target = folder.resolve("out.txt");
    AtomicFile.write(target, out -> out.write("a\uD83D \uDE00\uD83D b\uD83D\uD83D\uDE00 c\uD83D"));
    assertEquals("a\uFFFD \uFFFD\uFFFD b\uFFFD\uD83D\uDE00 c\uFFFD", Files.readString(target));
  }

  @Test
  void ofSeveralWritersOneWinsWhole() throws Exception {
    Path target = folder.resolve("out.txt");
    CyclicBarrier together = new CyclicBarrier(WRITERS);
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String line = "writer " + writer + "\n";
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 10; round++) {
                    together.await();
                    AtomicFile.write(
                        target,
                        out -> {
                          for (int i = 0; i < LINES; i++) {
                            out.write(line);
                            out.flush();
                          }
                        });
                    List<String> lines = Files.readAllLines(target);
                    assertEquals(LINES, lines.size());
                    assertEquals(1, lines.stream().distinct().count());
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(target), files.toList());
    }
    assertTrue(Files.readString(target).startsWith("writer "));
  }
}
