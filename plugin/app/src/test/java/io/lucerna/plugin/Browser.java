package io.lucerna.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Headless Chromium, driven by the W3C's WebDriver protocol. */
public final class Browser implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern PORT = Pattern.compile("on port (\\d+)");

  private final Process driver;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String session;

  private Browser(Process driver, String address, String chromium)
      throws IOException, InterruptedException {
    this.driver = driver;
    Map<String, Object> options =
        Map.of(
            "binary",
            chromium,
            "args",
            List.of("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"));
    Map<String, Object> wanted =
        Map.of("goog:chromeOptions", options, "goog:loggingPrefs", Map.of("browser", "ALL"));
    JsonNode made =
        post(address + "/session", Map.of("capabilities", Map.of("alwaysMatch", wanted)));
    this.session = address + "/session/" + made.path("sessionId").asText();
  }

  /** Starts a browser, if one is installed. */
  public static Optional<Browser> start() throws IOException, InterruptedException {
    Optional<Path> chromium = find("chromium").or(() -> find("chromium-browser"));
    Optional<Path> driver = find("chromedriver");
    if (chromium.isEmpty() || driver.isEmpty()) {
      return Optional.empty();
    }
    Process process =
        new ProcessBuilder(driver.get().toString(), "--port=0").redirectErrorStream(true).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher port = PORT.matcher(line);
      if (line.contains("started successfully") && port.find()) {
        String address = "http://localhost:" + port.group(1);
        try {
          return Optional.of(new Browser(process, address, chromium.get().toString()));
        } catch (IOException | RuntimeException e) {
          process.destroy();
          throw e;
        }
      }
    }
    throw new IOException("chromedriver did not start");
  }

  private static Optional<Path> find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private JsonNode post(String url, Object body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(body)))
            .build();
    HttpResponse<String> response =
        client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    JsonNode value = MAPPER.readTree(response.body()).path("value");
    if (response.statusCode() != 200) {
      throw new IOException(url + ": " + value);
    }
    return value;
  }

  /** Opens a file. */
  public void open(Path file) throws IOException, InterruptedException {
    open(file.toUri());
  }

  /** Opens a page. */
  public void open(URI address) throws IOException, InterruptedException {
    post(session + "/url", Map.of("url", address.toString()));
  }

  /** Loads the page anew. */
  public void reload() throws IOException, InterruptedException {
    post(session + "/refresh", Map.of());
  }

  /** Shows the page on a screen of that size, in that mode, and writes what is seen. */
  public void picture(int width, int height, boolean dark, Path file)
      throws IOException, InterruptedException {
    devtools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    Map<String, String> mode =
        Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    devtools("Emulation.setEmulatedMedia", Map.of("features", List.of(mode)));
    JsonNode taken = devtools("Page.captureScreenshot", Map.of("format", "png"));
    Files.write(file, Base64.getDecoder().decode(taken.path("data").asText()));
  }

  private JsonNode devtools(String command, Map<String, ?> parameters)
      throws IOException, InterruptedException {
    return post(session + "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
  }

  /** Runs the body of a function in the page and gives what it returns or, later, promises. */
  public JsonNode run(String script) throws IOException, InterruptedException {
    return post(session + "/execute/sync", Map.of("script", script, "args", List.of()));
  }

  /** What the page wrote to the console since the last call, errors of all kinds included. */
  public List<String> console() throws IOException, InterruptedException {
    return post(session + "/se/log", Map.of("type", "browser")).findValuesAsText("message");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create(session)).DELETE().build();
      client.send(request, HttpResponse.BodyHandlers.discarding());
    } finally {
      driver.destroy();
    }
  }
}
