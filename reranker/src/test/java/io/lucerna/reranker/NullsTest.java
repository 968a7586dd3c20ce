package io.lucerna.reranker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Null where something must be given is refused by name. */
@SuppressWarnings("NullAway")
class NullsTest {
  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void whatIsNullIsNamed() throws IOException {
    try (Ranker ranker =
        Rankers.open(
            Checkout.goldens("bert-cross").findFirst().orElseThrow(),
            "nulls",
            ScorerOptions.defaults())) {
      List<String> texts = List.of("a", "b");
      refused("the query is null", () -> ranker.score(null, texts));
      refused("the list of passages is null", () -> ranker.score("a", null));
      refused("the argument hooks is null", () -> ranker.score("a", texts, null));
      refused(
          "passage 3 is null", () -> ranker.score("a", Arrays.asList("a", "b", "c", null, "d")));
      refused("point 0 is null", () -> ranker.cache("a", texts, (String) null));
      refused("point 1 is null", () -> ranker.cache("a", texts, "hook_logits", null));
      refused("the array of points is null", () -> ranker.cache("a", texts, (String[]) null));
      refused("the name of the hook's point is null", () -> Hooks.none().with(null, null));
      refused("the hook at hook_logits is null", () -> Hooks.none().with("hook_logits", null));
      refused("the query is null", () -> new NeuralRescorer(ranker, null, null));
      refused("a query's id is null", () -> new WorkItem.Query(null, "a"));
      refused("the text of query 7 is null", () -> new WorkItem.Query("7", null));
    }
    refused(
        "the model's name is null",
        () -> Rankers.open(Checkout.goldens("bert-cross").toList().get(0), null, null));
  }
}
