package io.lucerna.instrumentation.hub;

import io.lucerna.base.Internal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the hub is and where its files are kept.
 *
 * @param endpoint the hub's address, without a slash at its end
 * @param cache the folder with one {@code models--org--name} folder per model
 * @param token sent to the endpoint's host only; null for none
 * @param offline whether only what is cached may be used
 */
public record HubSettings(URI endpoint, Path cache, @Nullable String token, boolean offline) {
  /** Takes all settings; {@link #from} is for other programs. */
  @Internal
  public HubSettings {}

  private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

  /**
   * Reads the variables that Python's huggingface_hub reads: {@code HF_ENDPOINT}, {@code HF_HOME}
   * (default {@code ~/.cache/huggingface}), {@code HF_HUB_CACHE} (default {@code $HF_HOME/hub}),
   * {@code HF_TOKEN} (default the file {@code $HF_HOME/token}), {@code HF_HUB_OFFLINE}.
   *
   * @param environment as {@link System#getenv()} gives it
   * @param userHome the folder that {@code ~} stands for
   * @return the settings
   * @throws HubException if HF_ENDPOINT is not an http or https address
   */
  public static HubSettings from(Map<String, String> environment, Path userHome) {
    Path home =
        environment.containsKey("HF_HOME")
            ? expand(environment.get("HF_HOME"), userHome)
            : environment.containsKey("XDG_CACHE_HOME")
                ? expand(environment.get("XDG_CACHE_HOME"), userHome).resolve("huggingface")
                : userHome.resolve(".cache/huggingface");
    Path cache =
        environment.containsKey("HF_HUB_CACHE")
            ? expand(environment.get("HF_HUB_CACHE"), userHome)
            : home.resolve("hub");
    String token = environment.getOrDefault("HF_TOKEN", "").strip();
    return new HubSettings(
        endpoint(environment.getOrDefault("HF_ENDPOINT", "https://huggingface.co")),
        cache,
        token.isEmpty() ? tokenFile(home.resolve("token")) : token,
        TRUE.contains(environment.getOrDefault("HF_HUB_OFFLINE", "").toLowerCase(Locale.ROOT)));
  }

  private static URI endpoint(String text) {
    try {
      URI uri = URI.create(text.strip().replaceAll("/+$", ""));
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Refused below with the others.
    }
    throw new HubException("HF_ENDPOINT is \"" + text + "\"; it must be an http or https address");
  }

  private static Path expand(@Nullable String path, Path userHome) {
    String text = String.valueOf(path);
    return text.startsWith("~/") ? userHome.resolve(text.substring(2)) : Path.of(text);
  }

  private static @Nullable String tokenFile(Path file) {
    try {
      String token = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
      return token.isEmpty() ? null : token;
    } catch (IOException e) {
      throw new HubException(file + ": the token cannot be read: " + e, e);
    }
  }

  /** Leaves the token out. */
  @Override
  public String toString() {
    return "HubSettings[endpoint=" + endpoint + ", cache=" + cache + ", offline=" + offline + "]";
  }
}
