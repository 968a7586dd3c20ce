package io.lucerna.instrumentation.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lucerna.base.TextFile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A custom hook, ready to be called, which tells the place in its code where it fails.
 *
 * @param code what was given: {@code FILE.java} or {@code FILE.jar:CLASS}
 * @param sha256 the hash of the file
 * @param hook the hook
 */
public record LoadedHook(String code, String sha256, CustomHook hook) {
  private static final String SOURCE = ".java";
  private static final Pattern JAR = Pattern.compile("(.+\\.jar):([\\w.$]+)");

  /** Names the class loaders of hooks, by which their frames in a stack trace are known. */
  private static final String LOADER = "lucerna-hook";

  /** Makes classes of bytes. */
  private static final class Classes extends ClassLoader {
    private final Map<String, byte[]> bytes;

    Classes(Map<String, byte[]> bytes) {
      super(LOADER, CustomHook.class.getClassLoader());
      this.bytes = bytes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] own = bytes.get(name);
      if (own == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, own, 0, own.length);
    }
  }

  /**
   * Loads a hook; a source file is compiled.
   *
   * @param code {@code FILE.java}, whose class has the file's name, or {@code FILE.jar:CLASS}
   * @return the hook, made by its constructor
   * @throws HookSourceException if it cannot be loaded; the message has the file, and the line of
   *     what does not compile
   * @throws UncheckedIOException if the file cannot be read
   */
  public static LoadedHook of(String code) {
    try {
      Matcher jar = JAR.matcher(code);
      if (jar.matches()) {
        Path file = Path.of(jar.group(1));
        String sha256 = TextFile.of(file).sha256();
        requireJar(file);
        URL[] urls = {file.toUri().toURL()};
        ClassLoader loader = new URLClassLoader(LOADER, urls, CustomHook.class.getClassLoader());
        return new LoadedHook(code, sha256, made(code, loader, jar.group(2)));
      }
      if (!code.endsWith(SOURCE)) {
        throw new HookSourceException("expected FILE.java or FILE.jar:CLASS, got " + code, null);
      }
      Map<String, byte[]> classes =
          HookCompiler.compile(ToolProvider.getSystemJavaCompiler(), code);
      String sha256 = TextFile.of(Path.of(code)).sha256();
      String simple = fileName(code).substring(0, fileName(code).length() - SOURCE.length());
      String name =
          classes.keySet().stream()
              .filter(n -> n.equals(simple) || n.endsWith("." + simple))
              .findFirst()
              .orElseThrow(() -> new HookSourceException(code + ": has no class " + simple, null));
      return new LoadedHook(code, sha256, made(code, new Classes(classes), name));
    } catch (NoSuchFileException e) {
      throw new HookSourceException(code + ": no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A class loader would only say that it has no such class. */
  private static void requireJar(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      jar.getManifest();
    } catch (ZipException e) {
      throw new HookSourceException(file + ": is no jar: " + e.getMessage(), e);
    }
  }

  private static String fileName(String path) {
    return path.substring(
        Math.max(path.lastIndexOf('/'), path.lastIndexOf(File.separatorChar)) + 1);
  }

  private static CustomHook made(String code, ClassLoader loader, String name) {
    try {
      Class<?> type = Class.forName(name, true, loader);
      if (!CustomHook.class.isAssignableFrom(type)) {
        throw new HookSourceException(
            code + ": " + name + " does not implement " + CustomHook.class.getName(), null);
      }
      if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
        throw new HookSourceException(
            code + ": " + name + " must be a public class that is not abstract", null);
      }
      return (CustomHook) type.getConstructor().newInstance();
    } catch (ClassNotFoundException e) {
      throw new HookSourceException(code + ": has no class " + name, e);
    } catch (NoSuchMethodException e) {
      throw new HookSourceException(
          code + ": " + name + " has no public constructor without parameters", e);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new HookSourceException(where(code, cause) + ": " + cause, cause);
    } catch (ExceptionInInitializerError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new HookSourceException(where(code, cause) + ": " + cause, cause);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new HookSourceException(code + ": " + e, e);
    }
  }

  /** {@return what a person would call it: the class's name} */
  public String name() {
    return hook.getClass().getSimpleName();
  }

  /**
   * {@return the intervention of this hook at its own points}
   *
   * @throws CustomHookException if it fails to name them
   */
  public Intervention intervention() {
    List<String> points = Arrays.asList(called(() -> hook.points().toArray(new String[0]), ""));
    if (points.isEmpty()) {
      throw new CustomHookException(code + ": points() names no point", null);
    }
    if (points.contains(null)) {
      throw new CustomHookException(code + ": points() names a point that is null", null);
    }
    try {
      return new Intervention(Target.of(points.toArray(new String[0])), new Operation.Custom(code));
    } catch (IllegalArgumentException e) {
      throw new CustomHookException(code + ": points() gave " + points + ": " + e.getMessage(), e);
    }
  }

  /**
   * Calls the hook.
   *
   * @param x [positions, units] or [positions, heads, units], its own
   * @throws CustomHookException if it fails, or returns what cannot take the place of x
   */
  NDArray change(NDArray x, HookedText text) {
    Shape shape = x.getShape();
    String at = " at " + text.point();
    @Nullable NDArray answer = called(() -> hook.change(x, text), at);
    if (answer == null || answer.isReleased()) {
      String what = answer == null ? "null" : "an array that is closed";
      throw new CustomHookException(code + ": returned " + what + at, null);
    }
    if (!answer.getShape().equals(shape) || !answer.getDataType().isFloating()) {
      throw new CustomHookException(
          code
              + ": returned "
              + answer.getDataType()
              + " "
              + answer.getShape()
              + " in the place of "
              + x.getDataType()
              + " "
              + shape
              + at,
          null);
    }
    return answer;
  }

  private <T> T called(Supplier<T> call, String at) {
    try {
      return call.get();
    } catch (OutOfMemoryError | InternalError e) {
      throw e; // not the hook's doing
    } catch (Throwable e) { // whatever somebody's code throws, declared or not
      throw new CustomHookException(where(code, e) + ": " + e + at, e);
    }
  }

  /** The place in the hook's own code that a stack trace shows first. */
  private static String where(String code, Throwable thrown) {
    Optional<StackTraceElement> frame =
        Arrays.stream(thrown.getStackTrace())
            .filter(f -> LOADER.equals(f.getClassLoaderName()) && f.getFileName() != null)
            .findFirst();
    return frame
        .map(
            f ->
                (code.endsWith(SOURCE) ? code : code + ", " + f.getFileName())
                    + ":"
                    + f.getLineNumber())
        .orElse(code);
  }
}
