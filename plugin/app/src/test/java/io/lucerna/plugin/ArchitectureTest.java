package io.lucerna.plugin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.lucerna.base.Internal;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import java.io.File;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The modules' directions and what each may see. */
@AnalyzeClasses(
    packages = "io.lucerna",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** Other modules' tests, which are a folder or a jar, as far as the build has come. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String BASE = "io.lucerna.base..";
  private static final String QRELS = "io.lucerna.qrels..";
  private static final String EVAL = "io.lucerna.eval..";
  private static final String TOPICS = "io.lucerna.topics..";
  private static final String INSTRUMENTATION = "io.lucerna.instrumentation..";
  private static final String RERANKER = "io.lucerna.reranker..";
  private static final String STUDIES = "io.lucerna.studies..";
  private static final String EXPLORER = "io.lucerna.explorer..";
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
          "javax.tools..",
          "com.fasterxml.jackson..",
          "org.slf4j..",
          "com.sun.jna..");

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
  static final ArchRule studiesNeedNoCommandLine =
      only(
          STUDIES,
          BASE,
          QRELS,
          EVAL,
          TOPICS,
          INSTRUMENTATION,
          RERANKER,
          "com.pngencoder..",
          "org.apache.commons.csv..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule explorerNeedsNoCommandLine =
      only(
          EXPLORER,
          BASE,
          QRELS,
          EVAL,
          INSTRUMENTATION,
          RERANKER,
          STUDIES,
          "org.eclipse.jetty..",
          "com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule onlyPluginSeesAnserini =
      noClasses()
          .that()
          .resideOutsideOfPackages(PLUGIN, "io.lucerna.anserini..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.anserini..", PLUGIN);

  @ArchTest
  static final ArchRule onlyCommandsKnowTheCommandLine =
      noClasses()
          .that()
          .resideInAPackage(PLUGIN)
          .and()
          .resideOutsideOfPackages(
              "io.lucerna.plugin",
              "io.lucerna.plugin.cli",
              "io.lucerna.plugin.options",
              "io.lucerna.plugin.commands")
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.belongToAnyOf(CommandException.class, ExitCode.class)
                  .or(JavaClass.Predicates.resideInAPackage("org.kohsuke.args4j..")));

  @ArchTest
  static final ArchRule onlyTheModelsSeeNdArrays =
      noClasses()
          .that()
          .resideInAnyPackage(PLUGIN, EXPLORER, STUDIES, EVAL, TOPICS, QRELS)
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
          .resideInAnyPackage(
              "io.lucerna.instrumentation.nn..",
              "io.lucerna.instrumentation.family..",
              "io.lucerna.instrumentation.model..",
              "ai.djl..");

  /**
   * What may open files by itself. Everything else that reads a text goes through {@link
   * io.lucerna.base.TextFile}, and has a row in {@link Readers}.
   */
  private static final Map<String, String> OPENERS =
      Map.ofEntries(
          Map.entry("io.lucerna.base..*", "is the one way"),
          Map.entry("io.lucerna.instrumentation.checkpoint..*", "weights, and JSON beside them"),
          Map.entry("io.lucerna.instrumentation.family.Settings", "a model's config.json"),
          Map.entry("io.lucerna.instrumentation.hub..*", "the cache of downloads"),
          Map.entry("io.lucerna.instrumentation.recording..*", "recordings are binary"),
          Map.entry("io.lucerna.reranker..*", "vocabularies and settings in a model's folder"),
          Map.entry(
              "io.lucerna.plugin.anserini.FirstStage", "the run that Anserini has just written"),
          Map.entry("io.lucerna.plugin.models.ModelRows", "a cache of its own"),
          Map.entry(
              "io.lucerna.plugin.commands.CertifyCommand", "the model's config.json, for its hash"),
          Map.entry("io.lucerna.plugin.certify.PythonReference", "what Python said"),
          Map.entry("io.lucerna.plugin.regress.Page", "the page of an earlier run of its own"),
          Map.entry("io.lucerna.plugin.collections..*", "archives and downloads"));

  private static final DescribedPredicate<JavaClass> OPENER =
      DescribedPredicate.describe(
          "may open files by themselves",
          type -> OPENERS.keySet().stream().anyMatch(name -> type.getName().matches(name)));

  private static final DescribedPredicate<JavaAccess<?>> OPENS =
      DescribedPredicate.describe(
          "opens a file to read",
          access -> {
            String owner = access.getTargetOwner().getName();
            String name = access.getName();
            boolean files =
                owner.equals("java.nio.file.Files")
                    && Set.of(
                            "lines",
                            "newBufferedReader",
                            "newInputStream",
                            "readAllBytes",
                            "readAllLines",
                            "readString")
                        .contains(name);
            boolean streams =
                name.equals("<init>")
                    && Set.of(
                            "java.io.FileInputStream",
                            "java.io.FileReader",
                            "java.io.InputStreamReader",
                            "java.util.Scanner",
                            "java.util.zip.GZIPInputStream")
                        .contains(owner);
            boolean parsers =
                owner.startsWith("com.fasterxml.jackson.")
                    && access.getTarget() instanceof CodeUnitAccessTarget target
                    && target.getRawParameterTypes().stream()
                        .anyMatch(type -> type.isEquivalentTo(File.class));
            return files || streams || parsers;
          });

  @ArchTest
  static final ArchRule textsAreOpenedInOnePlace =
      noClasses().that(DescribedPredicate.not(OPENER)).should().accessTargetWhere(OPENS);

  /** One more option breaks nobody who cannot name them all: docs/decisions/0013-options.md. */
  @ArchTest
  static final ArchRule optionsAreMadeStepByStep =
      constructors()
          .that()
          .areDeclaredInClassesThat()
          .haveNameMatching(".*(Options|Settings|RecordingSpec)")
          .and()
          .areDeclaredInClassesThat()
          .resideOutsideOfPackages("..family..", "..memory..", "..work..", PLUGIN)
          .and()
          .arePublic()
          .should()
          .beAnnotatedWith(Internal.class);

  @ArchTest
  static final ArchRule modulesAreFreeOfCycles =
      slices().matching("io.lucerna.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfStudiesAreFreeOfCycles =
      slices().matching("io.lucerna.studies.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfTheApplicationAreFreeOfCycles =
      slices().matching("io.lucerna.plugin.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfInstrumentationAreFreeOfCycles =
      slices().matching("io.lucerna.instrumentation.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfTheRerankerAreFreeOfCycles =
      slices().matching("io.lucerna.reranker.(**)").should().beFreeOfCycles();

  private static boolean internal(JavaClass type) {
    JavaClass base = type.getBaseComponentType();
    return base.isAnnotatedWith(Internal.class)
        || base.getPackage().isAnnotatedWith(Internal.class)
        || base.getEnclosingClass().filter(ArchitectureTest::internal).isPresent();
  }

  private static boolean seen(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::seen).orElse(true);
  }

  private static boolean seen(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static final DescribedPredicate<JavaClass> API =
      DescribedPredicate.describe("are the API", type -> seen(type) && !internal(type));

  /** Supertypes, and what others can call or read: no type in it is one they must not use. */
  private static final ArchCondition<JavaClass> NAME_NO_INTERNAL_TYPE =
      new ArchCondition<>("name no internal type") {
        @Override
        public void check(JavaClass type, ConditionEvents events) {
          Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream())
              .forEach(named -> check(type, type.getName(), named, events));
          for (JavaMember member : type.getMembers()) {
            if (seen(member) && !member.isAnnotatedWith(Internal.class)) {
              Stream<JavaClass> thrown =
                  member instanceof JavaCodeUnit unit
                      ? unit.getThrowsClause().getTypes().stream()
                      : Stream.of();
              Stream.concat(member.getAllInvolvedRawTypes().stream(), thrown)
                  .forEach(named -> check(type, member.getFullName(), named, events));
            }
          }
        }

        private static void check(
            JavaClass type, String what, JavaClass named, ConditionEvents events) {
          if (internal(named)) {
            events.add(SimpleConditionEvent.violated(type, what + " names " + named.getName()));
          }
        }
      };

  @ArchTest
  static final ArchRule theApiNamesNoInternalType =
      classes().that(API).should(NAME_NO_INTERNAL_TYPE);
}
