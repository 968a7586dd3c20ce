package io.lucerna.studies.ranking;

import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.sweep.Head;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Conditions that take away one part of a model each, or several heads at once.
 *
 * @param layers of the model
 * @param heads of each layer
 * @param neurons of each MLP
 * @param ablation how they are taken away
 * @param sources where the recordings are that it reads
 */
record Parts(int layers, int heads, int neurons, Ablation ablation, SpecSources sources) {
  private static final Pattern LAYERS = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

  /** {@code heads}, {@code heads:8.2,L9H1,10-11}: all, or these and those of these layers. */
  List<Condition> heads(String word) {
    Set<Head> chosen = new LinkedHashSet<>();
    for (String item : items(word)) {
      if (LAYERS.matcher(item).matches()) {
        for (int layer : layers(word, item)) {
          IntStream.range(0, heads).forEach(head -> chosen.add(new Head(layer, head)));
        }
      } else {
        chosen.add(head(word, item));
      }
    }
    List<Condition> all = new ArrayList<>();
    for (Head head : chosen) {
      all.add(
          condition(
                  head.toString(),
                  "z of head " + head,
                  Condition.Kind.HEAD,
                  List.of("blocks." + head.layer() + ".attn.hook_z head=" + head.head()))
              .at(head.layer(), head.head()));
    }
    return all;
  }

  /** {@code layers}, {@code layers:8-11}: for each layer its MLP's output. */
  List<Condition> mlps(String word) {
    return outputs(word, "mlp", "MLP", Condition.Kind.MLP);
  }

  /** {@code components}, {@code components:8-11}: heads, MLPs, and whole attention outputs. */
  List<Condition> components(String word) {
    List<Condition> all = new ArrayList<>(heads(word));
    all.addAll(mlps(word));
    all.addAll(outputs(word, "attn", "attention", Condition.Kind.COMPONENT));
    return all;
  }

  /** For each layer the whole output of its MLP or attention. */
  private List<Condition> outputs(String word, String part, String name, Condition.Kind kind) {
    List<Condition> all = new ArrayList<>();
    for (int layer : layers(word)) {
      all.add(
          condition(
                  "L" + layer + part,
                  name + " output of layer " + layer,
                  kind,
                  List.of("blocks." + layer + ".hook_" + part + "_out"))
              .at(layer));
    }
    return all;
  }

  /** {@code neurons}, {@code neurons:8}: every neuron of the MLPs. */
  List<Condition> neurons(String word) {
    List<Condition> all = new ArrayList<>();
    for (int layer : layers(word)) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        all.add(
            condition(
                    "L" + layer + "N" + neuron,
                    "neuron " + neuron + " of layer " + layer,
                    Condition.Kind.NEURON,
                    List.of("blocks." + layer + ".mlp.hook_post unit=" + neuron))
                .at(layer));
      }
    }
    return all;
  }

  /** Several heads in one condition; one intervention for each layer that has some of them. */
  Condition together(String id, String what, Condition.Kind kind, List<Head> some) {
    Map<Integer, List<Integer>> byLayer = new TreeMap<>();
    for (Head head : some.stream().sorted().toList()) {
      byLayer.computeIfAbsent(head.layer(), layer -> new ArrayList<>()).add(head.head());
    }
    List<String> targets = new ArrayList<>();
    byLayer.forEach(
        (layer, numbers) ->
            targets.add(
                "blocks."
                    + layer
                    + ".attn.hook_z head="
                    + String.join(",", numbers.stream().map(String::valueOf).toList())));
    String names = String.join(", ", some.stream().sorted().map(Head::toString).toList());
    Condition plain = condition(id, "z of " + what, kind, targets);
    return plain.labelled(plain.label() + ": " + names);
  }

  private Condition condition(String id, String what, Condition.Kind kind, List<String> targets) {
    Condition made =
        Condition.of(
            id + ablation.suffix(), what + " " + ablation.words(), kind, ablation.spec(targets));
    return made.spec().sources().isEmpty() ? made : made.reading(sources);
  }

  /** What follows the colon, item by item; all layers without. */
  private List<String> items(String word) {
    int colon = word.indexOf(':');
    return colon < 0
        ? List.of("0-" + (layers - 1))
        : List.of(word.substring(colon + 1).split(",", -1));
  }

  private List<Integer> layers(String word) {
    Set<Integer> chosen = new LinkedHashSet<>();
    for (String item : items(word)) {
      chosen.addAll(layers(word, item));
    }
    return List.copyOf(chosen);
  }

  private List<Integer> layers(String word, String item) {
    Matcher range = LAYERS.matcher(item.strip());
    if (!range.matches()) {
      throw new IllegalArgumentException(
          word + ": '" + item + "' is not a layer or a range of layers, such as 3 or 8-11");
    }
    int first = Integer.parseInt(range.group(1));
    int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
    if (first > last || last >= layers) {
      throw new IllegalArgumentException(
          word + ": the model has layers 0 to " + (layers - 1) + ", got " + item);
    }
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  private Head head(String word, String item) {
    Head head;
    try {
      head = Head.parse(item.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
    }
    if (head.layer() >= layers || head.head() >= heads) {
      throw new IllegalArgumentException(
          word + ": the model has " + layers + " layers of " + heads + " heads, got " + item);
    }
    return head;
  }
}
