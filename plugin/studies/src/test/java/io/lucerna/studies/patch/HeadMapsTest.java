package io.lucerna.studies.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lucerna.studies.work.StudyInputException;
import io.lucerna.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadMapsTest {
  @TempDir Path folder;

  private Path file(String name, String rows) throws IOException {
    return Files.writeString(folder.resolve(name), "model,axiom,grade,layer,head,value\n" + rows);
  }

  @Test
  void comparesMapsOfTheSameAxiomAndGradeOverCommonHeads() throws IOException {
    HeadMaps ours =
        HeadMaps.read(
            file(
                "ours.csv",
                """
                m,TFC1,all,0,0,1
                m,TFC1,all,0,1,2
                m,TFC1,all,1,0,9
                m,TFC1,all,7,7,5
                m,TDC,all,0,0,1
                """));
    HeadMaps theirs =
        HeadMaps.read(
            file(
                "theirs.csv",
                """
                tasb,TFC1,all,1,0,30
                tasb,TFC1,all,0,0,10
                tasb,TFC1,all,0,1,20
                other,TDC,all,0,0,1
                """));
    List<HeadMaps.Likeness> all = ours.compare(theirs, "tasb");
    assertEquals(1, all.size());
    HeadMaps.Likeness one = all.getFirst();
    assertEquals(3, one.heads());
    assertEquals(1, one.spearman(), 1e-15);
    assertEquals(0.9176629354822472, one.pearson(), 1e-12);
    assertEquals(new HeadMaps.Name("tasb", "TFC1", "all"), one.theirs());
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    Path header = Files.writeString(folder.resolve("a.csv"), "model,value\n");
    StudyInputException wrong =
        assertThrows(StudyInputException.class, () -> HeadMaps.read(header));
    assertEquals(header + ":1: no column 'axiom'; there are model, value", wrong.getMessage());
    Path number = file("b.csv", "m,TFC1,all,0,0,1\nm,TFC1,all,x,0,1\n");
    StudyInputException value =
        assertThrows(StudyInputException.class, () -> HeadMaps.read(number));
    assertEquals(number + ":3: layer is not a whole number from 0: 'x'", value.getMessage());
  }

  /** TAS-B's published TFC1 maps of grades 1 to 3 correlate by .91 to .98. */
  @Test
  void thePublishedMapsAgreeWithEachOther() throws IOException {
    Path published = Checkout.shared("reference/mechir_published_heads.csv");
    if (!Files.exists(published)) {
      System.err.println("HeadMapsTest: no " + published + ", skipped");
    }
    assumeTrue(Files.exists(published));
    HeadMaps maps = HeadMaps.read(published);
    assertEquals(20, maps.maps().size());
    for (int[] grades : new int[][] {{1, 2}, {1, 3}, {2, 3}}) {
      HeadMaps.Name one = new HeadMaps.Name("tasb", "TFC1", "rel_" + grades[0]);
      HeadMaps.Name two = new HeadMaps.Name("tasb", "TFC1", "rel_" + grades[1]);
      HeadMaps.Likeness likeness =
          HeadMaps.likeness(
              one,
              Objects.requireNonNull(maps.maps().get(one)),
              two,
              Objects.requireNonNull(maps.maps().get(two)));
      assertEquals(72, likeness.heads());
      assertTrue(likeness.pearson() > 0.905 && likeness.pearson() < 0.985, likeness.toString());
    }
    for (HeadMaps.Likeness self : maps.compare(maps, "tasb")) {
      if (self.ours().model().equals("tasb")) {
        assertEquals(1, self.pearson(), 1e-12);
      }
    }
  }
}
