package io.lucerna.plugin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** The modules' directions and what each may see. */
@AnalyzeClasses(packages = "io.lucerna", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String BASE = "io.lucerna.base..";
  private static final String QRELS = "io.lucerna.qrels..";
  private static final String EVAL = "io.lucerna.eval..";
  private static final String TOPICS = "io.lucerna.topics..";
  private static final String INSTRUMENTATION = "io.lucerna.instrumentation..";
  private static final String RERANKER = "io.lucerna.reranker..";
  private static final String PLUGIN = "io.lucerna.plugin..";

  private static ArchRule only(String module, String... mayUse) {
    String[] allowed = new String[mayUse.length + 1];
    System.arraycopy(mayUse, 0, allowed, 0, mayUse.length);
    allowed[mayUse.length] = module;
    return classes()
        .that()
        .resideInAPackage(module)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            Stream.concat(Stream.of("java..", "org.jspecify.."), Stream.of(allowed))
                .toArray(String[]::new));
  }

  @ArchTest
  static final ArchRule baseStandsAlone =
      only(BASE, "org.apache.commons.compress..", "com.fasterxml.jackson.core..");

  @ArchTest static final ArchRule qrelsUsesBase = only(QRELS, BASE);

  @ArchTest
  static final ArchRule evalUsesQrels = only(EVAL, BASE, QRELS, "org.apache.commons.statistics..");

  @ArchTest
  static final ArchRule topicsUsesLucene =
      only(TOPICS, BASE, "org.apache.lucene..", "com.fasterxml.jackson..", "javax.xml.stream..");

  @ArchTest
  static final ArchRule instrumentationUsesDjl =
      only(
          INSTRUMENTATION,
          BASE,
          "ai.djl..",
          "com.google.protobuf..",
          "com.fasterxml.jackson..",
          "org.slf4j..");

  @ArchTest
  static final ArchRule rerankerUsesInstrumentationAndLucene =
      only(
          RERANKER,
          BASE,
          INSTRUMENTATION,
          "ai.djl.huggingface..",
          "ai.djl.ndarray..",
          "org.apache.lucene..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule onlyPluginSeesAnserini =
      noClasses()
          .that()
          .resideOutsideOfPackage(PLUGIN)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.anserini..", PLUGIN);

  @ArchTest
  static final ArchRule onlyTheModelsSeeNdArrays =
      noClasses()
          .that()
          .resideInAnyPackage(PLUGIN, EVAL, TOPICS, QRELS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.ndarray..");

  @ArchTest
  static final ArchRule weightFilesKnowNothingOfModels =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.lucerna.instrumentation.checkpoint..", "io.lucerna.instrumentation.hub..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.lucerna.instrumentation.model..", "ai.djl..");

  @ArchTest
  static final ArchRule modulesAreFreeOfCycles =
      slices().matching("io.lucerna.(*)..").should().beFreeOfCycles();
}
