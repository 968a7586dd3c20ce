package io.lucerna.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.instrumentation.call.Limit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeskTest {
  private final Desk desk = new Desk(Duration.ofMinutes(5));
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    desk.close();
    clients.shutdownNow();
  }

  private static int refusal(Future<?> answer) {
    ExecutionException e = assertThrows(ExecutionException.class, answer::get);
    return assertInstanceOf(Refusal.class, e.getCause()).status();
  }

  /** Works until it is given up. */
  private static Callable<String> endless(CountDownLatch begun) {
    return () -> {
      begun.countDown();
      while (true) {
        Limit.check();
        Thread.onSpinWait();
      }
    };
  }

  @Test
  void worksAndPassesFailuresOn() throws Exception {
    assertEquals("done", desk.work("", Desk.Kind.RANKING, () -> "done"));
    assertThrows(
        IOException.class,
        () ->
            desk.work(
                "",
                Desk.Kind.RANKING,
                () -> {
                  throw new IOException("no");
                }));
    assertThrows(
        OutOfMemoryError.class,
        () ->
            desk.work(
                "",
                Desk.Kind.RANKING,
                () -> {
                  throw new OutOfMemoryError("no");
                }));
  }

  @Test
  void aPageThatAsksAgainGivesUpWhatItAsked() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Future<String> first =
        clients.submit(() -> desk.work("page", Desk.Kind.RANKING, endless(begun)));
    begun.await();
    assertEquals("second", desk.work("page", Desk.Kind.RANKING, () -> "second"));
    assertEquals(409, refusal(first));
  }

  /** A ranking matters more than the inside of a score, and that more than estimates. */
  @Test
  void whatMattersLessIsGivenUp() throws Exception {
    for (Desk.Kind kind : Desk.Kind.values()) {
      for (Desk.Kind next : Desk.Kind.values()) {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        Future<String> first =
            clients.submit(
                () ->
                    desk.work(
                        "page",
                        kind,
                        () -> {
                          begun.countDown();
                          while (free.getCount() > 0) {
                            Limit.check();
                            Thread.onSpinWait();
                          }
                          return "first";
                        }));
        begun.await();
        Future<String> second = clients.submit(() -> desk.work("page", next, () -> "second"));
        if (next.compareTo(kind) <= 0) {
          assertEquals(409, refusal(first), kind + ", " + next);
        } else {
          free.countDown();
          assertEquals("first", first.get());
        }
        assertEquals("second", second.get());
      }
    }
  }

  @Test
  void aSecondPageWaitsForTheFirst() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    Future<String> first =
        clients.submit(
            () ->
                desk.work(
                    "one",
                    Desk.Kind.RANKING,
                    () -> {
                      begun.countDown();
                      free.await();
                      Limit.check();
                      return "first";
                    }));
    begun.await();
    Future<String> second =
        clients.submit(() -> desk.work("two", Desk.Kind.RANKING, () -> "second"));
    awaitWaiting(1);
    assertFalse(second.isDone());
    free.countDown();
    assertEquals("first", first.get(), "given up");
    assertEquals("second", second.get());
  }

  private void awaitWaiting(int count) {
    while (desk.waiting() != count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whatWaitsInVainFreesItsPlace() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Future<String> first =
        clients.submit(() -> desk.work("one", Desk.Kind.RANKING, endless(begun)));
    begun.await();
    Future<String> last = clients.submit(() -> desk.work("two", Desk.Kind.RANKING, () -> "0"));
    for (int i = 1; i < 100; i++) {
      awaitWaiting(1);
      String number = String.valueOf(i);
      Future<String> next = clients.submit(() -> desk.work("two", Desk.Kind.RANKING, () -> number));
      assertEquals(409, refusal(last));
      last = next;
    }
    awaitWaiting(1);
    assertEquals("done", desk.work("one", Desk.Kind.RANKING, () -> "done"));
    assertEquals(409, refusal(first));
    assertEquals("99", last.get());
  }

  @Test
  void whatTakesTooLongIsGivenUp() {
    try (Desk hasty = new Desk(Duration.ofNanos(1))) {
      Refusal late =
          assertThrows(
              Refusal.class,
              () -> hasty.work("", Desk.Kind.RANKING, endless(new CountDownLatch(1))));
      assertEquals(503, late.status());
    }
  }

  @Test
  void thoseWhoAreTooManyAreSentAway() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    List<Future<String>> waiting = new ArrayList<>();
    waiting.add(
        clients.submit(
            () ->
                desk.work(
                    "",
                    Desk.Kind.RANKING,
                    () -> {
                      begun.countDown();
                      free.await();
                      return "done";
                    })));
    begun.await();
    for (int i = 0; i < 100; i++) {
      waiting.add(clients.submit(() -> desk.work("", Desk.Kind.RANKING, () -> "done")));
    }
    // All of them have come once the desk is full: 1 works and 32 wait, so 68 are refused.
    while (waiting.stream().filter(Future::isDone).count() < 68) {
      Thread.onSpinWait();
    }
    free.countDown();
    int done = 0;
    for (Future<String> one : waiting) {
      try {
        assertEquals("done", one.get());
        done++;
      } catch (ExecutionException e) {
        assertEquals(429, assertInstanceOf(Refusal.class, e.getCause()).status());
      }
    }
    assertEquals(33, done);
  }

  @Test
  void whoWaitsIsToldWhenItEnds() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Future<String> working = clients.submit(() -> desk.work("", Desk.Kind.RANKING, endless(begun)));
    begun.await();
    Future<String> waiting = clients.submit(() -> desk.work("", Desk.Kind.RANKING, () -> "done"));
    awaitWaiting(1);
    desk.close();
    assertEquals(503, refusal(working));
    assertEquals(503, refusal(waiting));
    Refusal late =
        assertThrows(Refusal.class, () -> desk.work("", Desk.Kind.RANKING, () -> "done"));
    assertEquals(503, late.status());
  }
}
