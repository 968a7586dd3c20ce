package io.lucerna.plugin.collections;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lucerna.anserini.PassageCleaning;
import io.lucerna.base.Sha256;
import io.lucerna.testkit.Checkout;
import io.lucerna.topics.TopicFormat;
import io.lucerna.topics.TopicReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectionStoreTest {
  private static final byte[] TOPICS = "1\tone\n2\ttwo\n".getBytes(StandardCharsets.UTF_8);

  @TempDir Path dir;
  private HttpServer server;
  private final Map<String, byte[]> files = new HashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private int cutAfter = Integer.MAX_VALUE;
  private boolean ranges = true;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(exchange.getRequestURI().getPath() + (range == null ? "" : " " + range));
    byte[] content = files.get(exchange.getRequestURI().getPath());
    try (exchange) {
      if (content == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      int from = 0;
      if (range != null && ranges) {
        from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        if (from >= content.length) {
          exchange.sendResponseHeaders(416, -1);
          return;
        }
        String sent = "bytes " + from + "-" + (content.length - 1) + "/" + content.length;
        exchange.getResponseHeaders().add("Content-Range", sent);
      }
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(content, from, Math.min(content.length - from, cutAfter));
        out.flush();
      }
    }
  }

  private NamedCollection collection(byte[] corpus, String corpusMd5) throws IOException {
    files.put("/a/topics.tsv", TOPICS);
    files.put("/a/c.tar.gz", corpus);
    return new NamedCollection(
        "c",
        "A collection.",
        Optional.of(Source.Remote.of(uri("/a/c.tar.gz"), corpusMd5)),
        List.of(),
        Source.Remote.of(uri("/a/topics.tsv"), md5(TOPICS)),
        TopicFormat.TSV_INT,
        Source.Remote.of(uri("/a/missing.txt"), md5(TOPICS)),
        1,
        PassageCleaning.NONE,
        FirstStages.NONE);
  }

  private NamedCollection collection(byte[] corpus) throws IOException {
    return collection(corpus, md5(corpus));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private String md5(byte[] content) throws IOException {
    return Checksum.parse("0".repeat(32)).of(new ByteArrayInputStream(content)).hex();
  }

  private CollectionStore store() {
    return new CollectionStore(Optional.empty(), dir.resolve("cache"));
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(5).nextBytes(bytes);
    return bytes;
  }

  private static byte[] tar(TarArchiveEntry... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8")) {
      for (TarArchiveEntry entry : entries) {
        byte[] content = entry.getName().getBytes(StandardCharsets.UTF_8);
        entry.setSize(entry.isFile() && !entry.isSymbolicLink() ? content.length : 0);
        tar.putArchiveEntry(entry);
        if (entry.getSize() > 0) {
          tar.write(content);
        }
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void aFileIsDownloadedOnceAndThenTakenFromTheCache() throws IOException {
    NamedCollection collection = collection(noise(10));
    Path file = store().topics(collection);
    assertArrayEquals(TOPICS, Files.readAllBytes(file));
    assertEquals(file, store().topics(collection));
    assertEquals(List.of("/a/topics.tsv"), requests);
  }

  @Test
  void aDamagedCacheIsFetchedAgain() throws IOException {
    NamedCollection collection = collection(noise(10));
    Path file = store().topics(collection);
    Files.writeString(file, "1\tother\n");
    assertArrayEquals(TOPICS, Files.readAllBytes(store().topics(collection)));
  }

  @Test
  void aBrokenTransferIsContinued() throws IOException {
    byte[] corpus = tar(new TarArchiveEntry("x/d.txt"));
    NamedCollection collection = collection(corpus);
    int size = corpus.length;
    cutAfter = size / 2;
    Path folder = store().corpus(collection);
    assertEquals("x/d.txt", Files.readString(folder.resolve("x/d.txt")));
    assertEquals("/a/c.tar.gz", requests.get(0));
    assertEquals("/a/c.tar.gz bytes=" + size / 2 + "-", requests.get(1));
    requests.clear();
    assertEquals(folder, store().corpus(collection));
    assertEquals(List.of(), requests);
  }

  @Test
  void aLaterCallContinuesWhereAnEarlierGaveUp() throws IOException {
    byte[] content = noise(100);
    cutAfter = 10;
    Source.Remote source = Source.Remote.of(uri("/big"), md5(content));
    files.put("/big", content);
    Path target = dir.resolve("big");
    assertThrows(IOException.class, () -> new Download().fetch(source, target));
    assertEquals(30, Files.size(dir.resolve("big.part")));
    assertFalse(Files.exists(target));
    cutAfter = Integer.MAX_VALUE;
    new Download().fetch(source, target);
    assertArrayEquals(content, Files.readAllBytes(target));
    assertEquals("/big bytes=30-", requests.getLast());
    assertFalse(Files.exists(dir.resolve("big.part")));
  }

  @Test
  void aServerWithoutRangesStartsOver() throws IOException {
    byte[] content = noise(100);
    ranges = false;
    files.put("/big", content);
    Path target = dir.resolve("big");
    Files.write(dir.resolve("big.part"), Arrays.copyOf(content, 40));
    new Download().fetch(Source.Remote.of(uri("/big"), md5(content)), target);
    assertArrayEquals(content, Files.readAllBytes(target));
  }

  @Test
  void aCompletePartNeedsNoMoreBytes() throws IOException {
    byte[] content = noise(100);
    files.put("/big", content);
    Files.write(dir.resolve("big.part"), content);
    new Download().fetch(Source.Remote.of(uri("/big"), md5(content)), dir.resolve("big"));
    assertArrayEquals(content, Files.readAllBytes(dir.resolve("big")));
  }

  @Test
  void anotherContentIsRefusedAndForgotten() throws IOException {
    byte[] corpus = noise(50);
    NamedCollection collection = collection(corpus, "0".repeat(32));
    CollectionException e =
        assertThrows(CollectionException.class, () -> store().corpus(collection));
    assertEquals(
        "cannot download "
            + uri("/a/c.tar.gz")
            + ": the file there has md5 "
            + md5(corpus)
            + " instead of 00000000000000000000000000000000. Without the network, put c.tar.gz"
            + " into a folder and name it with LUCERNA_COLLECTIONS",
        e.getMessage());
    assertEquals(List.of(), names(dir.resolve("cache/c")));
  }

  @Test
  void aMissingFileAndNoNetworkAreClearErrors() throws IOException {
    NamedCollection collection = collection(noise(10));
    String message = message(() -> store().qrels(collection));
    assertTrue(message.contains("missing.txt: the server answers 404. Without"), message);
    server.stop(0);
    message = message(() -> store().topics(collection));
    assertTrue(message.startsWith("cannot download " + uri("/a/topics.tsv") + ": "), message);
    assertTrue(message.endsWith("name it with LUCERNA_COLLECTIONS"), message);
  }

  @Test
  void aLocalFolderGoesFirst() throws IOException {
    byte[] corpus = tar(new TarArchiveEntry("d.txt"));
    NamedCollection collection = collection(corpus);
    Path local = dir.resolve("local");
    Path inner = Files.createDirectories(local.resolve("c"));
    Path topics = Files.write(local.resolve("topics.tsv"), TOPICS);
    Files.write(inner.resolve("c.tar.gz"), corpus);
    CollectionStore store =
        CollectionStore.of(
            Optional.empty(),
            Map.of(
                "LUCERNA_COLLECTIONS", local.toString(),
                "LUCERNA_CACHE", dir.resolve("cache").toString()));
    assertEquals(topics, store.topics(collection));
    assertEquals(List.of("d.txt"), names(store.corpus(collection)));
    assertEquals(List.of(), requests);
    Files.writeString(topics, "1\tother\n");
    String message = message(() -> store.topics(collection));
    assertTrue(
        message.startsWith(topics + ": this is not the file of c: its checksum is md5 "), message);
    assertEquals(
        dir + "/none: the folder of collections does not exist",
        message(
            () ->
                CollectionStore.of(Optional.of(dir.resolve("none")), Map.of()).topics(collection)));
  }

  @Test
  void anyFolderInTheLocalOneWillDoAndAFileMayBeCompressedThere() throws IOException {
    NamedCollection collection = collection(noise(10));
    Path local = dir.resolve("local");
    Path other = Files.createDirectories(local.resolve("a"));
    Path right = Files.createDirectories(local.resolve("b"));
    Files.writeString(other.resolve("topics.tsv"), "1\tother\n");
    Path packed = Files.write(right.resolve("topics.tsv.gz"), gzip(TOPICS));
    CollectionStore store = new CollectionStore(Optional.of(local), dir.resolve("cache"));
    Path whole = store.topics(collection);
    assertEquals(dir.resolve("cache/c/topics.tsv"), whole);
    assertArrayEquals(TOPICS, Files.readAllBytes(whole));
    Files.write(packed, gzip("2\tother\n".getBytes(StandardCharsets.UTF_8)));
    String message = message(() -> store.topics(collection));
    assertTrue(message.startsWith(other + "/topics.tsv: this is not the file of c"), message);
    assertEquals(List.of(), requests);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private Source.Remote served(String name, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    files.put("/" + name, bytes);
    String sha256 = Sha256.of(content);
    return new Source.Remote(uri("/" + name), Checksum.parse(sha256), "kept." + name);
  }

  @Test
  void filesOfOneFormAreJoinedOnce() throws IOException {
    Source lines =
        new Source.Joined("l.txt", List.of(served("a.txt", "1\n2"), served("b.txt", "3\n")));
    Source arrays =
        new Source.Joined(
            "q.jsonl", List.of(served("a.json", "[{\"q\": 1},\n{}]"), served("b.json", "[]")));
    NamedCollection plain = collection(noise(10));
    NamedCollection joined =
        new NamedCollection(
            "j",
            "",
            Optional.empty(),
            List.of(),
            lines,
            TopicFormat.TSV_INT,
            plain.qrels(),
            1,
            PassageCleaning.NONE,
            new FirstStages("p", "Terms.", List.of(new FirstStages.FirstStage("bm25", arrays))));
    List<String> told = new ArrayList<>();
    CollectionStore store = store().telling(told::add);
    assertEquals("1\n2\n3\n", Files.readString(store.topics(joined)));
    assertEquals("{\"q\":1}\n{}\n", Files.readString(store.requests(joined, "bm25")));
    assertEquals(List.of("Terms."), told);
    requests.clear();
    assertEquals("1\n2\n3\n", Files.readString(store.topics(joined)));
    assertEquals(List.of(), requests);
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> store.requests(joined, "bm26"));
    assertEquals("bm26: no such first stage; there are bm25", unknown.getMessage());
  }

  @Test
  void archivesCannotWriteElsewhere() throws IOException {
    TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
    link.setLinkName("/etc");
    for (TarArchiveEntry hostile : List.of(new TarArchiveEntry("../../out.txt"), link)) {
      byte[] archive = tar(new TarArchiveEntry("good.txt"), hostile);
      Path folder = Files.createTempDirectory(dir, "unpack");
      Path file = Files.write(dir.resolve("hostile.tar.gz"), archive);
      String message = message(() -> TarGz.unpack(file, folder));
      assertTrue(message.startsWith(file + ": entry '" + hostile.getName() + "' "), message);
      assertEquals(List.of("good.txt"), names(folder));
    }
    assertFalse(Files.exists(dir.resolve("out.txt")));
    NamedCollection collection = collection(Arrays.copyOf(tar(new TarArchiveEntry("x")), 20));
    assertThrows(IOException.class, () -> store().corpus(collection));
    assertEquals(List.of("c.tar.gz"), names(dir.resolve("cache/c")));
  }

  @Test
  void manyThreadsDownloadOnce() throws IOException {
    NamedCollection collection = collection(noise(10));
    List<Path> paths =
        IntStream.range(0, 8).parallel().mapToObj(i -> topicsOf(collection)).distinct().toList();
    assertEquals(1, paths.size());
    assertEquals(List.of("/a/topics.tsv"), requests);
  }

  private Path topicsOf(NamedCollection collection) {
    try {
      return store().topics(collection);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theBundledCollectionNeedsNoNetwork() throws IOException {
    NamedCollection bundled = CollectionRegistry.find("bundled").orElseThrow();
    CollectionStore store = store();
    assertEquals(48, TopicReader.read(store.topics(bundled), bundled.topicFormat()).size());
    assertEquals(480, Files.readAllLines(store.qrels(bundled)).size());
    assertEquals(List.of("corpus.jsonl"), names(store.corpus(bundled)));
  }

  @Test
  void cacmComesFromTheSharedFolder() throws IOException {
    Path shared = Checkout.shared("collections");
    assumeTrue(Files.exists(shared), "skipped the test of cacm: no " + shared);
    CollectionStore store = new CollectionStore(Optional.of(shared), dir.resolve("cache"));
    NamedCollection cacm = CollectionRegistry.find("cacm").orElseThrow();
    assertEquals(3204, names(store.corpus(cacm)).size());
    assertEquals(64, TopicReader.read(store.topics(cacm), cacm.topicFormat()).size());
    assertEquals(796, Files.readAllLines(store.qrels(cacm)).size());
    CollectionStore msmarco =
        new CollectionStore(Optional.of(shared.resolve("msmarco-dl")), dir.resolve("cache"));
    for (String name : List.of("dl19-passage", "dl20-passage")) {
      NamedCollection collection = CollectionRegistry.find(name).orElseThrow();
      TopicReader.read(msmarco.topics(collection), collection.topicFormat());
      assertTrue(Files.exists(msmarco.qrels(collection)));
      String message = message(() -> msmarco.corpus(collection));
      assertTrue(message.contains("cannot be fetched by name; name their folder."), message);
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static String message(Call call) {
    return String.valueOf(assertThrows(CollectionException.class, call::run).getMessage());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
