package io.lucerna.instrumentation.intervene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.HookRegistry;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.nn.TorchEngine;
import io.lucerna.instrumentation.text.TokenBatch;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.instrumentation.text.TokenSequence;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Custom hooks are compiled, called, and told of by file and line. */
class LoadedHookTest {
  private static final HookPoint POINT = HookPoint.of(0, Site.RESID_PRE);
  private static final HookPoint Z = HookPoint.of(0, Site.Z);
  private static final HookRegistry REGISTRY =
      new HookRegistry(List.of(POINT, Z), Map.of("d_model", 3, "head", 2, "d_head", 2));

  @TempDir Path folder;

  @BeforeAll
  static void engine() {
    TorchEngine.get();
  }

  private String write(String name, String body) throws IOException {
    String text =
        """
        import ai.djl.ndarray.NDArray;
        import io.lucerna.instrumentation.intervene.*;
        import java.util.List;
        public class NAME implements CustomHook {
          public List<String> points() { return List.of("blocks.*.hook_resid_pre"); }
          public NDArray change(NDArray x, HookedText text) {
            BODY
          }
        }
        """;
    Path file = folder.resolve(name + ".java");
    Files.writeString(file, text.replace("NAME", name).replace("BODY", body));
    return file.toString();
  }

  private static float[] run(String line, HookPoint point, float[] numbers, long... shape) {
    CompiledSpec spec =
        InterventionSpec.parse(line)
            .compile(REGISTRY, List.of(Side.PASSAGE), SpecSources.withoutRecordings());
    List<TokenSequence> texts =
        List.of(
            TokenSequence.ofIds(new long[2], new long[2]),
            TokenSequence.ofIds(new long[1], new long[1]));
    TokenBatch batch = TokenBatch.of(texts, 0, Side.PASSAGE);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray x = manager.create(numbers, new Shape(shape));
      return spec.hooks().bind(REGISTRY, batch).at(point.site(), 0, x).toFloatArray();
    }
  }

  private static float[] run(String code) {
    float[] numbers = {1, -2, 3, 4, 5, 6, -0f, 8, 9, 10, 11, 12};
    return run("custom " + POINT + " code=\"" + code + "\"", POINT, numbers, 2, 2, 3);
  }

  private static String failure(String code) {
    return String.valueOf(
        assertThrows(HookSourceException.class, () -> LoadedHook.of(code)).getMessage());
  }

  private static String atWork(String code) {
    return String.valueOf(assertThrows(CustomHookException.class, () -> run(code)).getMessage());
  }

  @Test
  void textsComeOneByOneWithoutPadding() throws IOException {
    String code = write("Rows", "return x.mul(0).add(x.getShape().get(0));");
    assertArrayEquals(new float[] {2, 2, 2, 2, 2, 2, 1, 1, 1, 10, 11, 12}, run(code));
    String line = "custom " + POINT + " at=-1 unit=0,2 code=\"" + code + "\"";
    float[] numbers = {1, -2, 3, 4, 5, 6, -0f, 8, 9, 10, 11, 12};
    assertArrayEquals(
        new float[] {1, -2, 3, 1, 5, 1, 1, 8, 1, 10, 11, 12}, run(line, POINT, numbers, 2, 2, 3));
  }

  @Test
  void headsAreAnAxisWhereThereAreAny() throws IOException {
    String code = write("Heads", "return x.add(100 * x.getShape().dimension() + text.heads()[0]);");
    float[] zero = new float[16];
    float[] after = run("custom " + Z + " head=1 code=\"" + code + "\"", Z, zero, 2, 2, 2, 2);
    assertArrayEquals(
        new float[] {0, 0, 301, 301, 0, 0, 301, 301, 0, 0, 301, 301, 0, 0, 0, 0}, after);
  }

  @Test
  void oneThatReturnsWhatItGotChangesNoBit() throws IOException {
    float[] expected = {1, -2, 3, 4, 5, 6, -0f, 8, 9, 10, 11, 12};
    assertArrayEquals(expected, run(write("Same", "return x;")));
    assertArrayEquals(expected, run(write("Copy", "return x.duplicate();")));
    String inPlace = write("InPlace", "x.muli(0); return x;");
    assertArrayEquals(new float[] {0, -0f, 0, 0, 0, 0, -0f, 0, 0, 10, 11, 12}, run(inPlace));
  }

  @Test
  void itsHashIsThatOfItsFile() throws IOException {
    String code = write("Same", "return x;");
    LoadedHook hook = LoadedHook.of(code);
    InterventionSpec spec = InterventionSpec.of(hook.intervention());
    assertEquals("custom blocks.*.hook_resid_pre code=" + code, spec.toString());
    SpecSources sources = SpecSources.withoutRecordings();
    assertEquals(
        "custom blocks.*.hook_resid_pre code=sha256:" + hook.sha256(),
        spec.identity(sources).toString());
    Path moved = Files.createDirectory(folder.resolve("moved")).resolve("Same.java");
    Files.copy(Path.of(code), moved);
    InterventionSpec elsewhere =
        InterventionSpec.of(LoadedHook.of(moved.toString()).intervention());
    assertEquals(spec.identity(sources).sha256(), elsewhere.identity(sources).sha256());
    Files.writeString(moved, Files.readString(moved) + " ");
    assertNotEquals(spec.identity(sources).sha256(), elsewhere.identity(sources).sha256());
  }

  @Test
  void whatDoesNotCompileIsToldByFileAndLine() throws IOException {
    String code = write("Broken", "int n = \"one\"; return x;");
    assertTrue(failure(code).startsWith(code + ":7: incompatible types: "), failure(code));
    assertThrows(HookSourceException.class, () -> run(code));
    String none =
        assertThrows(HookSourceException.class, () -> HookCompiler.compile(null, code))
            .getMessage();
    assertEquals(
        code
            + ": this Java has no compiler ("
            + System.getProperty("java.home")
            + "): run on a JDK, or compile the file and give JAR:CLASS",
        none);
  }

  @Test
  void whatIsNoHookIsRefused() throws IOException {
    Path file = folder.resolve("Other.java");
    Files.writeString(file, "public class Other {}");
    assertEquals(
        file + ": Other does not implement io.lucerna.instrumentation.intervene.CustomHook",
        failure(file.toString()));
    Files.writeString(file, "class Another {}");
    assertEquals(file + ": has no class Other", failure(file.toString()));
    String hidden = write("Hidden", "return x;");
    String text = Files.readString(Path.of(hidden));
    Files.writeString(Path.of(hidden), text.replace("public List", "Hidden() {}\n  public List"));
    assertEquals(hidden + ": Hidden has no public constructor without parameters", failure(hidden));
    Files.writeString(
        Path.of(hidden),
        text.replace("public List", "public Hidden() { int i = 1 / 0; }\n  public List"));
    assertEquals(hidden + ":5: java.lang.ArithmeticException: / by zero", failure(hidden));
    Files.writeString(Path.of(hidden), text.replace("public class", "class"));
    assertEquals(hidden + ": Hidden must be a public class that is not abstract", failure(hidden));
    assertEquals("expected FILE.java or FILE.jar:CLASS, got x.class", failure("x.class"));
    String missing = folder.resolve("No.java").toString();
    assertEquals(missing + ": no such file", failure(missing));
  }

  @Test
  void whatFailsAtWorkIsToldByFileAndLine() throws IOException {
    String code = write("Fails", "int[] none = {}; return x.add(none[3]);");
    assertEquals(
        code
            + ":7: java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 0 at"
            + " blocks.0.hook_resid_pre",
        atWork(code));
    String none = write("None", "return null;");
    assertEquals(none + ": returned null at blocks.0.hook_resid_pre", atWork(none));
    String shape = write("Shape", "return x.sum();");
    assertEquals(
        shape + ": returned float32 () in the place of float32 (2, 3) at blocks.0.hook_resid_pre",
        atWork(shape));
    String infinite = write("Infinite", "return x.div(0);");
    assertTrue(atWork(infinite).contains(" makes a number of " + POINT), atWork(infinite));
  }

  @Test
  void aClassOfAJarIsLoaded() throws IOException {
    String code = write("Packed", "return x.add(1);");
    Map<String, byte[]> classes = HookCompiler.compile(ToolProvider.getSystemJavaCompiler(), code);
    Path jar = folder.resolve("packed.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out)) {
      packed.putNextEntry(new JarEntry("Packed.class"));
      packed.write(classes.get("Packed"));
    }
    assertArrayEquals(new float[] {2, -1, 4, 5, 6, 7, 1, 9, 10, 10, 11, 12}, run(jar + ":Packed"));
    LoadedHook hook = LoadedHook.of(jar + ":Packed");
    assertEquals(
        "custom blocks.*.hook_resid_pre code=sha256:" + hook.sha256() + ":Packed",
        InterventionSpec.of(hook.intervention())
            .identity(SpecSources.withoutRecordings())
            .toString());
    assertEquals(jar + ":No: has no class No", failure(jar + ":No"));
  }
}
