package io.lucerna.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The measures that a list of names asks for: trec_eval's families in its own order, then measures
 * named one by one ({@code ndcg_cut_10}, {@code nDCG@10}) in the order given. Immutable.
 */
public final class MeasureSelection {
  private static final Set<Family> OFFICIAL =
      Set.of(
          Family.RUNID,
          Family.NUM_Q,
          Family.NUM_RET,
          Family.NUM_REL,
          Family.NUM_REL_RET,
          Family.MAP,
          Family.GM_MAP,
          Family.R_PREC,
          Family.BPREF,
          Family.RECIP_RANK,
          Family.IPREC_AT_RECALL,
          Family.P);

  private static final Set<Family> SET =
      Set.of(
          Family.RUNID,
          Family.NUM_Q,
          Family.NUM_RET,
          Family.NUM_REL,
          Family.NUM_REL_RET,
          Family.UTILITY,
          Family.SET_P,
          Family.SET_RELATIVE_P,
          Family.SET_RECALL,
          Family.SET_MAP,
          Family.SET_F);

  static final Map<String, Set<Family>> NICKNAMES =
      Map.of("official", OFFICIAL, "set", SET, "all_trec", Set.of(Family.values()));

  private final Map<Family, String> families = new EnumMap<>(Family.class);
  private final Map<Family, List<Measure>> measures = new EnumMap<>(Family.class);
  private final Set<Measure> single = new LinkedHashSet<>();

  private MeasureSelection() {}

  /**
   * Reads names as trec_eval's {@code -m} takes them ({@code map}, {@code P.5,10}, {@code
   * official}) and those of {@link Measure#parse}. As in trec_eval a family is selected once, with
   * the parameters that are stated first.
   *
   * @param names the names; none at all is {@code official}
   * @return what the names ask for
   * @throws IllegalArgumentException if there is no such measure
   */
  public static MeasureSelection of(Collection<String> names) {
    MeasureSelection selection = new MeasureSelection();
    for (String name : names.isEmpty() ? List.of("official") : names) {
      selection.add(name);
    }
    selection.families.forEach(
        (family, parameters) -> selection.measures.put(family, family.measures(parameters)));
    return selection;
  }

  private void add(String name) {
    Set<Family> nicknamed = NICKNAMES.get(name);
    if (nicknamed != null) {
      nicknamed.forEach(family -> families.putIfAbsent(family, ""));
      return;
    }
    int dot = name.indexOf('.');
    Optional<Family> family = Family.byTrecName(dot < 0 ? name : name.substring(0, dot));
    if (family.isPresent()) {
      String parameters = dot < 0 ? "" : name.substring(dot + 1);
      family.get().measures(parameters);
      families.merge(family.get(), parameters, (a, b) -> a.isEmpty() ? b : a);
      return;
    }
    single.add(MeasureNames.parse(name));
  }

  /** The families with the parameters stated for them, in trec_eval's order. */
  Map<Family, String> families() {
    return families;
  }

  /** The measures of a selected family. */
  List<Measure> measures(Family family) {
    return measures.getOrDefault(family, List.of());
  }

  /** The measures named one by one, in the order given. */
  Collection<Measure> single() {
    return single;
  }

  /**
   * {@return every measure with a number for each topic, in the order of printing; none for names
   * such as {@code runid}, which have no number}
   */
  public List<Measure> measures() {
    Set<Measure> all = new LinkedHashSet<>();
    measures.values().forEach(all::addAll);
    all.addAll(single);
    return new ArrayList<>(all);
  }
}
