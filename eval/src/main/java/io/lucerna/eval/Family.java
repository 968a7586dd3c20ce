package io.lucerna.eval;

import io.lucerna.eval.Measure.Summary;
import io.lucerna.eval.Shape.GradeGains;
import io.lucerna.eval.Shape.Numbers;
import io.lucerna.eval.Shape.PerCutoff;
import io.lucerna.eval.Shape.PerFraction;
import io.lucerna.eval.Shape.Plain;
import io.lucerna.eval.Shape.Text;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** trec_eval's families of measures, in the order in which it prints them, with its defaults. */
enum Family {
  RUNID("runid", "", new Text()),
  NUM_Q("num_q", "NumQ", new Text()),
  NUM_RET("num_ret", "NumRet", new Plain((topic, level) -> topic.retrieved())),
  NUM_REL("num_rel", "NumRel", new Plain(JudgedRanking::relevant)),
  NUM_REL_RET("num_rel_ret", "", new Plain(JudgedRanking::relevantRetrieved)),
  MAP("map", "AP", new Plain(AveragePrecision::averagePrecision)),
  GM_MAP("gm_map", "", new Plain(AveragePrecision::averagePrecision)),
  R_PREC("Rprec", "Rprec", new Plain(PrecisionMeasures::rPrecision)),
  BPREF("bpref", "Bpref", new Plain(PreferenceMeasures::binaryPreference)),
  RECIP_RANK("recip_rank", "RR", new Plain(PrecisionMeasures::reciprocalRank)),
  IPREC_AT_RECALL(
      "iprec_at_recall",
      "IPrec@",
      "0,.1,.2,.3,.4,.5,.6,.7,.8,.9,1",
      new PerFraction(AveragePrecision::interpolatedPrecision)),
  P("P", "P@", Family.CUTOFFS, new PerCutoff(PrecisionMeasures::precision)),
  RELSTRING("relstring", "", "10", new Text()),
  RECALL("recall", "R@", Family.CUTOFFS, new PerCutoff(PrecisionMeasures::recall)),
  INF_AP("infAP", "infAP", new Plain(AveragePrecision::inferred)),
  GM_BPREF("gm_bpref", "", new Plain(PreferenceMeasures::binaryPreference)),
  R_PREC_MULT(
      "Rprec_mult",
      "",
      ".2,.4,.6,.8,1,1.2,1.4,1.6,1.8,2",
      new PerFraction(PrecisionMeasures::rPrecisionAt)),
  UTILITY("utility", "", "1,-1,0,0", new Numbers(SetMeasures::utility)),
  ELEVEN_POINT_AVERAGE(
      "11pt_avg",
      "",
      "0,.1,.2,.3,.4,.5,.6,.7,.8,.9,1",
      new Numbers(AveragePrecision::averageOverRecall)),
  BIN_G("binG", "", new Plain(GainMeasures::binaryG)),
  G("G", "", new GradeGains(GainMeasures::g)),
  NDCG("ndcg", "nDCG", new GradeGains(GainMeasures::ndcg)),
  NDCG_REL("ndcg_rel", "", new GradeGains(GainMeasures::ndcgAtRelevant)),
  R_NDCG("Rndcg", "", new GradeGains(GainMeasures::ndcgAtLevels)),
  NDCG_CUT(
      "ndcg_cut",
      "nDCG@",
      Family.CUTOFFS,
      new PerCutoff(cutoff -> GainMeasures.ndcg(Gains.GRADES, cutoff))),
  MAP_CUT("map_cut", "AP@", Family.CUTOFFS, new PerCutoff(AveragePrecision::averagePrecision)),
  RELATIVE_P("relative_P", "", Family.CUTOFFS, new PerCutoff(PrecisionMeasures::relativePrecision)),
  SUCCESS("success", "Success@", "1,5,10", new PerCutoff(PrecisionMeasures::success)),
  SET_P("set_P", "SetP", new Plain(SetMeasures::precision)),
  SET_RELATIVE_P("set_relative_P", "", new Plain(SetMeasures::relativePrecision)),
  SET_RECALL("set_recall", "SetR", new Plain(SetMeasures::recall)),
  SET_MAP("set_map", "SetAP", new Plain(SetMeasures::averagePrecision)),
  SET_F("set_F", "SetF", "1", new Numbers(numbers -> SetMeasures.harmonicMean(numbers[0]))),
  NUM_NONREL_JUDGED_RET(
      "num_nonrel_judged_ret", "", new Plain(JudgedRanking::nonRelevantRetrieved));

  private static final String CUTOFFS = "5,10,15,20,30,100,200,500,1000";

  private final String trecName;
  private final String irName;
  private final String defaults;
  private final Shape shape;

  Family(String trecName, String irName, Shape shape) {
    this(trecName, irName, "", shape);
  }

  /**
   * @param irName the ir-measures name, ending in @ where a parameter follows; empty where that has
   *     no such measure
   */
  Family(String trecName, String irName, String defaults, Shape shape) {
    this.trecName = trecName;
    this.irName = irName;
    this.defaults = defaults;
    this.shape = shape;
  }

  static Optional<Family> byTrecName(String name) {
    return Arrays.stream(values()).filter(family -> family.trecName.equals(name)).findFirst();
  }

  String trecName() {
    return trecName;
  }

  /** The ir-measures name, ending in @ where a parameter follows; empty where there is none. */
  String irName() {
    return irName;
  }

  Shape shape() {
    return shape;
  }

  /** Whether trec_eval prints it for all topics together only. */
  boolean onlyInSummary() {
    return this == RUNID || this == NUM_Q || summary() == Summary.GEOMETRIC_MEAN;
  }

  /** Whether lowest relevant grades matter to it, so that ir-measures takes a {@code rel=}. */
  boolean takesLevel() {
    return !(shape instanceof GradeGains || shape instanceof Text)
        && this != NDCG_CUT
        && this != NUM_RET;
  }

  private Summary summary() {
    return switch (this) {
      case NUM_RET, NUM_REL_RET, NUM_NONREL_JUDGED_RET -> Summary.SUM;
      case NUM_REL -> Summary.SUM_OVER_JUDGED;
      case GM_MAP, GM_BPREF -> Summary.GEOMETRIC_MEAN;
      default -> Summary.MEAN;
    };
  }

  /**
   * The measures of this family.
   *
   * @param stated trec_eval's parameters, such as {@code 5,10}; empty for the defaults
   * @throws IllegalArgumentException if they are not what the family takes
   */
  List<Measure> measures(String stated) {
    String parameters = stated.isEmpty() ? defaults : stated;
    String suffix = stated.isEmpty() ? "" : "_" + stated;
    return switch (shape) {
      case Text text -> List.of();
      case Plain plain -> {
        if (!stated.isEmpty()) {
          throw new IllegalArgumentException(
              trecName + " takes no parameters" + hint() + ": '" + stated + "'");
        }
        yield List.of(measure("", "", plain.formula()));
      }
      case PerCutoff cut -> {
        List<Measure> measures = new ArrayList<>();
        for (int cutoff : cutoffs(parameters)) {
          String own = irName.isEmpty() ? "_" + cutoff : "" + cutoff;
          measures.add(measure("_" + cutoff, own, cut.formula().apply(cutoff)));
        }
        yield measures;
      }
      case PerFraction cut -> {
        List<Measure> measures = new ArrayList<>();
        for (double fraction : distinct(numbers(parameters), parameters)) {
          String printed = Decimals.rounded(fraction, 2);
          // trec_eval prints .121 and .122 alike, and they are two measures.
          String exact =
              Double.parseDouble(printed) == fraction
                  ? printed
                  : BigDecimal.valueOf(fraction).toPlainString();
          String own = irName.isEmpty() ? "_" + exact : exact;
          measures.add(measure("_" + printed, own, cut.formula().apply(fraction)));
        }
        yield measures;
      }
      case Numbers all ->
          List.of(measure(suffix, suffix, all.formula().apply(numbers(parameters))));
      case GradeGains graded -> {
        Gains gains = stated.isEmpty() ? Gains.GRADES : Gains.parse(stated);
        yield List.of(measure(suffix, suffix, graded.formula().apply(gains)));
      }
    };
  }

  private String hint() {
    return byTrecName(trecName + "_cut").isPresent() ? " (did you mean " + trecName + "_cut?)" : "";
  }

  private Measure measure(String trecSuffix, String irSuffix, Formula formula) {
    return new Measure(
        trecName + trecSuffix,
        (irName.isEmpty() ? trecName : irName) + irSuffix,
        summary(),
        takesLevel(),
        OptionalInt.empty(),
        formula);
  }

  /** The number that {@code relstring} shows. */
  static int length(String stated) {
    return cutoffs((stated.isEmpty() ? RELSTRING.defaults : stated).split(",", -1)[0])[0];
  }

  static int[] cutoffs(String parameters) {
    double[] numbers = distinct(numbers(parameters), parameters);
    for (double number : numbers) {
      if (number < 1 || number > Integer.MAX_VALUE || number != Math.rint(number)) {
        throw new IllegalArgumentException(
            "a cutoff must be a whole number of 1 or more: '" + parameters + "'");
      }
    }
    return Arrays.stream(numbers).mapToInt(number -> (int) number).toArray();
  }

  private static double[] distinct(double[] numbers, String parameters) {
    double[] sorted = Arrays.stream(numbers).sorted().distinct().toArray();
    if (sorted.length < numbers.length) {
      throw new IllegalArgumentException("a cutoff occurs twice: '" + parameters + "'");
    }
    return sorted;
  }

  private static double[] numbers(String parameters) {
    try {
      double[] numbers =
          Arrays.stream(parameters.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
      if (Arrays.stream(numbers).allMatch(Double::isFinite)) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number that is not finite.
    }
    throw new IllegalArgumentException("'" + parameters + "' is not numbers joined by commas");
  }
}
