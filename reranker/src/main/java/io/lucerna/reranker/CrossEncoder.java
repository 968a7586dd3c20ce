package io.lucerna.reranker;

import io.lucerna.base.Given;
import io.lucerna.instrumentation.call.Limit;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads query and passage in one input; the score is a logit for one label, the log of the softmax
 * for two (Nogueira and Cho 2019, section 3), or made of the logits of two answers (Nogueira et al.
 * 2020, section 2).
 *
 * @param reading how, of the side PAIR
 */
record CrossEncoder(Reading reading) implements Ranker {
  @Override
  public PairScores score(String query, List<String> passages, Hooks hooks) {
    Given.value(query, "the query");
    Given.value(hooks, "the argument hooks");
    List<String> texts = Given.list(passages, "passages", "passage");
    return reading.counters().count(() -> reading.whileOpen(() -> scores(query, texts, hooks)));
  }

  private PairScores scores(String query, List<String> passages, Hooks hooks) {
    List<TokenSequence> pairs = new ArrayList<>(passages.size());
    for (String passage : passages) {
      Limit.check();
      pairs.add(reading.tokenizer().pair(query, passage));
    }
    Reading.Read read = reading.read(pairs, reading.readout(Side.PAIR, new float[0]), hooks);
    return PairScores.of(read.scores(), pairs);
  }
}
