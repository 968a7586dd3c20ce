package io.lucerna.plugin.perturb;

import io.lucerna.base.NearestNames;
import io.lucerna.plugin.cli.Console;
import io.lucerna.topics.perturb.PerturbationNames;
import java.util.List;

/** What a person calls the pairs of a table that does not say it. */
public final class PairNames {
  private PairNames() {}

  /**
   * Says so if no perturbation of that name is known: it may be a word of one's own, or misspelt.
   *
   * @param name as {@link PerturbationNames#ofPairs} gives it
   */
  public static void remark(String name, Console console) {
    List<String> known =
        PerturbationNames.kinds().stream().map(PerturbationNames.Kind::name).toList();
    String kind = name.split(":", 2)[0];
    if (!known.contains(kind)) {
      console.say(
          "perturbation %s is none that is known, so no axiom applies%s",
          name, NearestNames.hint(kind, known));
    }
  }
}
