package io.lucerna.reranker.examples;

import ai.djl.ndarray.index.NDIndex;
import io.lucerna.instrumentation.hooks.Hook;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.Rankers;
import io.lucerna.reranker.ScorerOptions;
import java.nio.file.Path;
import java.util.List;

public final class CutHead {
  public static void main(String[] args) {
    Hook.Intervention cut =
        (context, z) -> { // [batch, pos, head, d_head]
          z.set(new NDIndex(":, :, 2, :"), 0);
          return z;
        };
    Hooks hooks = Hooks.none().with("blocks.1.attn.hook_z", cut);
    List<String> passages = List.of("A lamp burns oil.");
    try (Ranker scorer = Rankers.open(Path.of(args[0]), "it", ScorerOptions.defaults())) {
      float with = scorer.score("oil lamps", passages).scores()[0];
      float without = scorer.score("oil lamps", passages, hooks).scores()[0];
      System.out.println(with + " with head L1H2, " + without + " without");
    }
  }
}
