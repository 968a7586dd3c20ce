package io.lucerna.studies.ranking;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.eval.Correction;
import io.lucerna.instrumentation.intervene.Intervention;
import io.lucerna.instrumentation.intervene.InterventionSpec;
import io.lucerna.instrumentation.intervene.Operation;
import io.lucerna.instrumentation.intervene.SpecSources;
import io.lucerna.instrumentation.intervene.Vectors;
import io.lucerna.instrumentation.sweep.Head;
import io.lucerna.reranker.ModelCard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words become the conditions that docs/studies.md says. */
class ConditionsTest {
  private static final ModelCard MODEL =
      new ModelCard("m", "m", "A", "s", 3, 4, 8, 9, 64, "ab", Map.of(), Map.of());

  private static List<Condition> of(String... words) throws IOException {
    List<Condition> all =
        Conditions.of(List.of(words), MODEL, 5, 42, SpecSources.withoutRecordings());
    assertEquals("nothing", all.getFirst().id());
    return all.subList(1, all.size());
  }

  private static List<String> ids(String... words) throws IOException {
    return of(words).stream().map(Condition::id).toList();
  }

  @Test
  void partsOfTheModel() throws IOException {
    assertEquals(12, of("heads").size());
    assertEquals(List.of("L0H3", "L2H0", "L2H1", "L2H2", "L2H3"), ids("heads:0.3,2,L2H1"));
    assertEquals(List.of("L1mlp", "L2mlp"), ids("layers:1-2"));
    assertEquals(List.of("L1H0", "L1H1", "L1H2", "L1H3", "L1mlp", "L1attn"), ids("components:1"));
    assertEquals(IntStream.range(0, 5).mapToObj(n -> "L2N" + n).toList(), ids("neurons:2"));
    assertEquals(3 * 5, of("neurons").size());
    assertEquals(
        InterventionSpec.parse("zero blocks.2.mlp.hook_post unit=4"),
        of("neurons:2").getLast().spec());
    assertEquals(
        InterventionSpec.parse("zero blocks.0.attn.hook_z head=3"),
        of("heads:0.3").getFirst().spec());
  }

  @Test
  void directionsAreTheRowsOfAFile(@TempDir Path folder) throws IOException {
    String file = folder.resolve("two rows.npy").toString();
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }";
    ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + 64).order(LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY\1\0".getBytes(US_ASCII));
    bytes.putShort((short) header.length()).put(header.getBytes(US_ASCII));
    for (int i = 0; i < 16; i++) {
      bytes.putFloat(i - 3);
    }
    Files.write(Path.of(file), bytes.array());
    List<Condition> all = of("directions:" + file + " point=blocks.1.hook_mlp_out");
    assertEquals(List.of("dir0", "dir1"), all.stream().map(Condition::id).toList());
    assertEquals(
        InterventionSpec.parse(
            "project-out blocks.1.hook_mlp_out vector=\"row:1:" + file + "#array\""),
        all.getLast().spec());
    assertEquals(OptionalInt.of(1), all.getLast().layer());
    assertEquals(Set.of(file), all.getLast().inputs().keySet());
    assertEquals(
        List.of("x-dir0", "x-dir1"), ids("directions:" + file + " point=hook_embed name=x"));
    assertEquals(
        "directions:"
            + file
            + " needs point=, where the directions are taken out, such as"
            + " blocks.3.hook_mlp_out",
        assertThrows(IllegalArgumentException.class, () -> of("directions:" + file)).getMessage());
    assertEquals(
        "directions:no.npy: no.npy: no such file",
        assertThrows(IllegalArgumentException.class, () -> of("directions:no.npy point=hook_embed"))
            .getMessage());
    assertEquals(
        "directions:[1,2]: expected FILE#NAME or FILE.npy, got [1,2]",
        assertThrows(IllegalArgumentException.class, () -> of("directions:[1,2] point=hook_embed"))
            .getMessage());
    assertEquals(Correction.BH, Conditions.correction(List.of("directions:" + file)));
  }

  @Test
  void namesAreIdsAndLabels() throws IOException {
    Condition cut = of("spec:zero blocks.0.hook_mlp_out at=match name=cut").getFirst();
    assertEquals("cut", cut.id());
    assertEquals("cut", cut.label());
    assertEquals(InterventionSpec.parse("zero blocks.0.hook_mlp_out at=match"), cut.spec());
    assertEquals(List.of("few-random2-1", "few-random2-2"), ids("random:2:2 name=few"));
    assertEquals(
        List.of("tf-dose-", "tf-dose-"),
        ids("dose:add blocks.0.hook_resid_pre vector=[1,0,0,0,0,0,0,0]:0,2 random=0 name=tf")
            .stream()
            .map(id -> id.substring(0, 8))
            .toList());
  }

  /** All there are, each once. */
  @Test
  void randomSetsDiffer() throws IOException {
    for (String word : List.of("random:11:12", "random:2:66")) {
      List<Condition> all = of(word);
      assertEquals(
          all.size(), all.stream().map(one -> one.spec().toString()).distinct().count(), word);
    }
  }

  /**
   * Makes a patching study of two heads.
   *
   * @param strongest by the name of a perturbation, its heads
   * @return its folder
   */
  private static Path effects(Path folder, Map<String, String> strongest) throws IOException {
    StringBuilder table =
        new StringBuilder(
            "direction,method,stratum,level,layer,attention_head,statistic,value,ci_lower,ci_upper\n");
    strongest.forEach(
        (name, heads) -> {
          for (String text : heads.split(" ")) {
            Head head = Head.parse(text);
            table.append("denoise,exact,perturbation,").append(name).append(',');
            table.append(head.layer()).append(',').append(head.head());
            table.append(",ratio-of-sums,0.5,,\n");
          }
        });
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("aggregates.csv"), table);
    return folder;
  }

  private static List<Head> heads(Condition several) {
    String names = several.label().substring(several.label().indexOf(": ") + 2);
    return Stream.of(names.split(", ")).map(Head::parse).toList();
  }

  private static List<Integer> layers(List<Head> heads) {
    return heads.stream().map(Head::layer).toList();
  }

  /** As many of its layers, and none of its heads. */
  @Test
  void eachTopHasRandomSetsOfItsOwn(@TempDir Path folder) throws IOException {
    Map<String, String> strongest = Map.of("A", "0.1 2.2", "B", "1.0 2.3", "C", "2.2 0.1");
    String top = "top:2:" + effects(folder, strongest) + ":";
    List<Condition> alone = of(top + "A", "random:2:4");
    List<Condition> both = of(top + "A", "random:2:4", top + "B");
    assertEquals(
        List.of("top2-A", "random2-1", "random2-2", "random2-3", "random2-4"),
        alone.stream().map(Condition::id).toList());
    assertEquals(
        List.of(
            "top2-A",
            "random2-A-1",
            "random2-A-2",
            "random2-A-3",
            "random2-A-4",
            "random2-B-1",
            "random2-B-2",
            "random2-B-3",
            "random2-B-4",
            "top2-B"),
        both.stream().map(Condition::id).toList());
    for (int i = 1; i < 9; i++) {
      List<Head> own = heads(i < 5 ? both.getFirst() : both.getLast());
      List<Head> drawn = heads(both.get(i));
      assertEquals(layers(own), layers(drawn), both.get(i).id());
      assertTrue(Collections.disjoint(own, drawn), both.get(i).label());
    }
    for (List<Condition> series : List.of(both.subList(1, 5), both.subList(5, 9))) {
      assertEquals(4, series.stream().map(Condition::spec).distinct().count());
    }
    // Another top changes nothing of the sets beside the first.
    assertEquals(
        alone.subList(1, 5).stream().map(Condition::spec).toList(),
        both.subList(1, 5).stream().map(Condition::spec).toList());
    assertEquals(
        List.of("top2-A", "top2-C", "random2-1"),
        ids(top + "A", top + "C", "random:2"),
        "tops of the same heads");
  }

  @Test
  void randomSetsAreToldApartAsTheirTopsAre(@TempDir Path folder) throws IOException {
    String one = "top:2:" + effects(folder.resolve("one"), Map.of("A", "0.1 2.2"));
    String other = "top:2:" + effects(folder.resolve("other"), Map.of("A", "1.0 2.3"));
    assertEquals(
        List.of("x", "y", "random2-x-1", "random2-y-1"),
        ids(one + ":A name=x", other + ":A name=y", "random:2"));
    assertEquals(
        List.of("top2-A", "A", "random2-A-1", "random2-A-2-1"),
        ids(one + ":A", other + ":A name=A", "random:2"));
  }

  private static Vectors added(Condition condition) {
    return ((Operation.Add) condition.spec().interventions().getLast().operation()).vector();
  }

  @Test
  void randomDirectionsStandBesideAVector() throws IOException {
    String spec = "zero hook_embed; add blocks.0.hook_resid_pre vector=[3,0,0,0,0,0,0,-4]";
    assertEquals(3 + 20 * 2, of("dose:" + spec + ":0,1,-2").size());
    assertEquals(1, of("dose:" + spec + ":0").size());
    List<Condition> all = of("dose:" + spec + ":0,1,-2 random=3 name=x");
    String id = all.getFirst().dose().orElseThrow().of();
    assertEquals(
        List.of(
            id + "_0.0",
            id + "_1.0",
            id + "_-2.0",
            id + "-random1_1.0",
            id + "-random1_-2.0",
            id + "-random2_1.0",
            id + "-random2_-2.0",
            id + "-random3_1.0",
            id + "-random3_-2.0"),
        all.stream().map(c -> c.id()).toList());
    Set<Vectors> directions = new HashSet<>();
    for (Condition condition : all.subList(3, 9)) {
      assertEquals(Condition.Kind.DIRECTION, condition.kind());
      assertFalse(condition.isTested());
      assertEquals(
          all.getFirst().spec().interventions().getFirst(),
          condition.spec().interventions().getFirst());
      directions.add(added(condition));
      assertEquals(5, ((Vectors.Random) added(condition)).norm());
    }
    assertEquals(3, directions.size(), "one for all doses");
    assertTrue(id.startsWith("x-dose-"), id);
    assertEquals(added(all.get(3)), added(all.get(4)));
    // Without the vector the embeddings are still zero.
    assertTrue(all.getFirst().isTested());
    String adds = spec.substring(spec.indexOf("add"));
    assertEquals(
        List.of(false, true, true),
        of("dose:" + adds + ":0,1,-2 random=0").stream().map(Condition::isTested).toList());
    Intervention turned =
        of("dose:" + adds + " dose=-1:2").getFirst().spec().interventions().getFirst();
    assertEquals(-2, ((Operation.Add) turned.operation()).dose());
    Condition again =
        of("dose:"
                + added(all.get(3)).toString().replaceFirst("(.*)", "add hook_embed vector=$1")
                + ":1")
            .getLast();
    assertEquals(5, ((Vectors.Random) added(again)).norm());
  }

  @Test
  void howAPartIsTakenAway() {
    ConditionWord word = ConditionWord.parse("heads:1-2 by=mean from=\"my recordings/all\"");
    assertEquals("heads:1-2", word.word());
    assertEquals(
        "mean blocks.1.hook_mlp_out from=\"my recordings/all\"; mean hook_embed from=\"my"
            + " recordings/all\"",
        word.ablation(1).spec(List.of("blocks.1.hook_mlp_out", "hook_embed")));
    assertEquals(
        "resample hook_embed from=\"r\" seed=7",
        ConditionWord.parse("top:3:dir from=r by=resample").ablation(7).line("hook_embed"));
    // What follows a spec is the spec's own.
    assertEquals(
        "spec:mean hook_embed from=r",
        ConditionWord.parse(" spec:mean hook_embed from=r  name=x").word());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          heads:3                 | the model has layers 0 to 2, got 3
          heads:2-1               | the model has layers 0 to 2, got 2-1
          heads:0.4               | the model has 3 layers of 4 heads, got 0.4
          heads:x                 | a head is written by its layer and number
          layers:1.2              | '1.2' is not a layer or a range of layers
          layers:                 | '' is not a layer
          heads by=mean           | needs from=, the folder of a recording
          heads by=half           | by must be zero, mean or resample, got half
          heads from=r            | from= is for by=mean and by=resample
          heads name=a name=b     | name is given twice
          dose:add x vector=[1]:1 random=x | random must be a number of directions from 0 to 999, got x
          dose:add x vector=[1]:1 random=1000 | from 0 to 999, got 1000
          dose:add x vector=[1]:1 random=1 random=2 | random is given twice
          random:2 random=3       | random:2 random=3: the number of heads must be in 1..12
          random:11:13            | random:11:13: there are only 12 such sets
          heads:0.1 name=a/b      | a condition cannot be called 'a/b'
          attention               | no conditions are called 'attention'
          """)
  void whatIsWrongIsNamed(String word, String message) {
    String said =
        String.valueOf(assertThrows(IllegalArgumentException.class, () -> of(word)).getMessage());
    assertTrue(said.contains(message), said);
  }

  @Test
  void screensAreCorrectedAsScreens() {
    assertEquals(Correction.BH, Conditions.correction(List.of("heads:8-11 by=mean from=r")));
    assertEquals(Correction.BH, Conditions.correction(List.of("neurons:3")));
    assertEquals(Correction.HOLM, Conditions.correction(List.of("top:5:dir", "spec:zero x")));
  }

  @Test
  void readBackFromJsonAsTheyWere() throws IOException {
    List<Condition> all =
        of(
            "heads:0",
            "components:1",
            "neurons:0",
            "random:2:2",
            "dose:add blocks.0.hook_resid_pre vector=[1,0,0,0,0,0,0,0]:0,2.5 random=2 name=tf",
            "spec:zero blocks.0.hook_mlp_out at=match name=cut");
    for (Condition condition : all) {
      Condition read =
          ConditionJson.read(
              new ObjectMapper().readTree(ConditionJson.write(condition).toString()));
      assertEquals(condition, read);
    }
    Condition made = all.getFirst().madeOf("some file", "abc").at(1, 2);
    assertEquals(made, ConditionJson.read(ConditionJson.write(made)));
  }
}
