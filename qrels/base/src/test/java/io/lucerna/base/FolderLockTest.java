package io.lucerna.base;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lucerna.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One holder at a time, in this process and in others. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class FolderLockTest {
  @TempDir Path temporary;

  /** {@code hold FOLDER}: takes the lock and never ends; {@code count FOLDER ROUNDS}. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[1]);
      if (arguments[0].equals("count")) {
        count(folder, Integer.parseInt(arguments[2]));
        return;
      }
      try (FolderLock lock = FolderLock.take(folder, "hold\nthe   folder")) {
        System.out.println("held " + lock.path());
        new CountDownLatch(1).await();
      }
    }
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = ChildJvm.command(Child.class, arguments);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** A process that holds the lock. */
  private static Process holder(Path folder) throws IOException {
    Process child = start("hold", folder.toString());
    BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
    assertEquals("held " + folder, said.readLine());
    return child;
  }

  /** Adds to a number in a file, which goes wrong if two do it at once. */
  private static void count(Path folder, int rounds) throws IOException {
    for (int round = 0; round < rounds; round++) {
      try (FolderLock lock = FolderLock.await(folder, "count", message -> {})) {
        Path file = folder.resolve("number");
        long number = Files.exists(file) ? Long.parseLong(Files.readString(file)) : 0;
        Files.writeString(file, Long.toString(number + 1));
        lock.check();
      }
    }
  }

  private static String refused(Path folder) {
    IOException e =
        assertThrows(FolderLock.HeldException.class, () -> FolderLock.take(folder, "second"));
    return String.valueOf(e.getMessage());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theSecondIsToldWhoHoldsTheFolderUnderWhateverPath() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), folder);
    Path around = temporary.resolve("link/../folder");
    Process child = holder(folder);
    String who = "process " + child.pid() + " on ";
    for (Path path : List.of(folder, link, around)) {
      String message = refused(path);
      assertTrue(message.startsWith(path + ": is in use by " + who), message);
      assertTrue(message.contains(": hold the folder; wait until that has ended"), message);
      assertTrue(
          message.matches(".* since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ: .*"), message);
    }
    // Whoever was refused has not taken the lock from the one that holds it.
    assertTrue(refused(folder).contains(who));
    child.destroyForcibly().waitFor();
    // What the dead process left says nothing.
    assertEquals(List.of(FolderLock.FILE), names(folder));
    String me = "process " + ProcessHandle.current().pid() + " on ";
    try (FolderLock lock = FolderLock.take(link, "first")) {
      for (Path path : List.of(folder, link, around)) {
        String message = refused(path);
        assertTrue(message.startsWith(path + ": is in use by " + me), message);
        assertTrue(message.contains(": first; "), message);
      }
      lock.check();
      Process second = start("count", folder.toString(), "1");
      assertTrue(second.isAlive() || second.exitValue() == 0);
      lock.close();
      assertEquals(0, second.waitFor(), "it waited for this process");
    }
    assertEquals(List.of("number"), names(folder));
  }

  @Test
  void waitingEndsWhenTheHolderIsKilled() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    Process child = holder(folder);
    List<String> told = new ArrayList<>();
    try (FolderLock lock =
        FolderLock.await(
            folder,
            "wait",
            message -> {
              told.add(message);
              child.destroyForcibly();
            })) {
      lock.check();
    }
    assertEquals(1, told.size());
    String start = "waiting for " + folder + ", in use by process " + child.pid() + " on ";
    assertTrue(told.getFirst().startsWith(start), told.getFirst());
  }

  @Test
  void threadsAndProcessesTakeTurns() throws Exception {
    Path folder = temporary.resolve("folder");
    Files.createDirectory(folder);
    int rounds = 25;
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      children.add(start("count", folder.toString(), Integer.toString(rounds)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(
            threads.submit(
                () -> {
                  count(folder, rounds);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    for (Process child : children) {
      assertEquals(0, child.waitFor());
    }
    assertEquals("" + 5 * rounds, Files.readString(folder.resolve("number")));
    assertEquals(List.of("number"), names(folder));
  }

  @Test
  void aFolderThatIsRemovedMeanwhileIsNoticedAndMayBeUsedByAnother() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    try (FolderLock first = FolderLock.take(folder, "first")) {
      first.check();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      String gone = String.valueOf(assertThrows(IOException.class, first::check).getMessage());
      assertEquals(folder + ": was removed or replaced while it was in use", gone);
      Files.createDirectory(folder);
      try (FolderLock second = FolderLock.take(folder, "second")) {
        assertThrows(IOException.class, first::check);
        first.close();
        second.check();
        assertTrue(refused(folder).contains(": second; "));
      }
    }
    assertEquals(List.of(), names(folder));
  }

  @Test
  void aFolderThatWasMadeAndNotUsedGoes() throws Exception {
    Path unused = temporary.resolve("a/b");
    FolderLock.take(unused, "nothing").close();
    assertFalse(Files.exists(unused));
    Path used = temporary.resolve("a/c");
    try (FolderLock lock = FolderLock.take(used, "something")) {
      Files.writeString(lock.path().resolve("file"), "x");
    }
    assertEquals(List.of("file"), names(used));
    Path before = Files.createDirectory(temporary.resolve("a/d"));
    FolderLock.take(before, "nothing").close();
    assertTrue(Files.exists(before));
  }

  /** Each makes it and, since it is empty, removes it again. */
  @Test
  void aFolderMayComeAndGoWhileOthersTakeIt() throws Exception {
    Path folder = temporary.resolve("a/b");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 2000; round++) {
                    try {
                      FolderLock.take(folder, "take").close();
                    } catch (FolderLock.HeldException e) {
                      String held = String.valueOf(e.getMessage());
                      assertTrue(held.startsWith(folder + ": is in use"), held);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    FolderLock.take(folder, "the last").close();
  }

  @Test
  void aFileHasALockOfItsOwn() throws Exception {
    Path file = temporary.resolve("certificate.json");
    try (FolderLock lock = FolderLock.takeFile(file, "certify")) {
      lock.check();
      assertThrows(FolderLock.HeldException.class, () -> FolderLock.takeFile(file, "again"));
      FolderLock.takeFile(temporary.resolve("other.json"), "another").close();
      FolderLock.take(temporary, "the folder").close();
    }
    assertEquals(List.of(), names(temporary));
  }

  @Test
  void anInterruptDoesNotKeepTheLock() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    FolderLock lock = FolderLock.take(folder, "first");
    Thread.currentThread().interrupt();
    lock.close();
    assertTrue(Thread.interrupted());
    assertDoesNotThrow(() -> FolderLock.take(folder, "second").close());
  }

  @Test
  void whereNothingCanBeWrittenIsSaid() {
    // A place where no user can make a file.
    Path folder = Path.of("/proc/self/fd");
    String message =
        String.valueOf(
            assertThrows(IOException.class, () -> FolderLock.take(folder, "x")).getMessage());
    assertTrue(message.startsWith(folder.toString()), message);
  }
}
