package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import io.lucerna.base.TextFile;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.jspecify.annotations.Nullable;

/** Compiles a source file in memory, against what this program itself runs on. */
final class HookCompiler {
  /** Most errors that are told. */
  private static final int TOLD = 5;

  private HookCompiler() {}

  /**
   * Compiles a file.
   *
   * @param compiler the JDK's; null where there is none
   * @return the classes' bytes by their names
   * @throws HookSourceException naming file and line of what does not compile
   * @throws IOException if the file cannot be read
   */
  static Map<String, byte[]> compile(@Nullable JavaCompiler compiler, String file)
      throws IOException {
    if (compiler == null) {
      throw new HookSourceException(
          file
              + ": this Java has no compiler ("
              + System.getProperty("java.home")
              + "): run on a JDK, or compile the file and give JAR:CLASS",
          null);
    }
    String text = TextFile.of(Path.of(file)).text();
    DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
    try (Memory memory =
        new Memory(compiler.getStandardFileManager(told, Locale.ROOT, StandardCharsets.UTF_8))) {
      boolean done =
          compiler
              .getTask(
                  null,
                  memory,
                  told,
                  List.of("-classpath", classPath(), "-proc:none", "-nowarn"),
                  null,
                  List.of(new Source(Path.of(file).toUri(), text)))
              .call();
      if (!done) {
        throw new HookSourceException(
            told.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .limit(TOLD)
                .map(d -> file + ":" + d.getLineNumber() + ": " + d.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n")),
            null);
      }
      return memory.classes();
    }
  }

  /** What Java was started with, and where the classes are that a hook needs, if elsewhere. */
  private static String classPath() {
    return Stream.concat(
            Stream.of(System.getProperty("java.class.path", "")),
            Stream.of(CustomHook.class, NDArray.class)
                .flatMap(
                    type ->
                        Optional.ofNullable(type.getProtectionDomain().getCodeSource()).stream())
                .map(HookCompiler::place))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String place(CodeSource source) {
    return Path.of(URI.create(source.getLocation().toString())).toString();
  }

  /** A source that is in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(URI file, String text) {
      super(file, Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** A class that stays in memory. */
  private static final class Compiled extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Compiled(String name) {
      super(URI.create("memory:///" + name.replace('.', '/') + ".class"), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Keeps what is compiled. */
  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, Compiled> compiled = new HashMap<>();

    Memory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
      return compiled.computeIfAbsent(name, Compiled::new);
    }

    Map<String, byte[]> classes() {
      return compiled.entrySet().stream()
          .collect(
              Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().bytes.toByteArray()));
    }
  }
}
