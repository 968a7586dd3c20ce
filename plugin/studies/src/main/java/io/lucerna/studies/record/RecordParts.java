package io.lucerna.studies.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lucerna.base.AtomicFile;
import io.lucerna.base.FolderLock;
import io.lucerna.base.Internal;
import io.lucerna.base.TextFile;
import io.lucerna.instrumentation.recording.RecordingShards;
import io.lucerna.instrumentation.recording.RecordingSpec;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.Ranker;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Item;
import io.lucerna.studies.work.ItemRunner;
import io.lucerna.studies.work.JsonText;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.Shards;
import io.lucerna.studies.work.StudyException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A recording whose shards others make: each comes back in one piece, and stays in a folder next to
 * that of the recording until the recording is made of all.
 *
 * <p>Memory: the shards that are on their way, each of {@value #BYTES} bytes, or of a group of
 * pairs that takes more.
 */
@Internal
public final class RecordParts {
  private static final long BYTES = 64L << 20;

  /** As many executors have something to do, if there are as many groups. */
  private static final int LEAST = 64;

  private static final int MOST = 10_000;

  /** An array has no more. */
  private static final long LARGEST = 2_000_000_000;

  private static final String IDENTITY = "identity.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Ranker ranker;
  private final PairSource source;
  private final Qrels qrels;
  private final RecordPlan plan;
  private final RecordingSpec spec;
  private final Identity identity;
  private final Optional<String> difference;

  /**
   * A recording to be made.
   *
   * @param ranker whose activations are recorded
   * @param source the pairs
   * @param qrels the grades of the pairs' documents
   * @param plan what was found out of the pairs
   * @param spec what is recorded
   * @param identity what was read, and what ran
   * @param difference the groups whose difference is written in the end; empty for none
   */
  public RecordParts(
      Ranker ranker,
      PairSource source,
      Qrels qrels,
      RecordPlan plan,
      RecordingSpec spec,
      Identity identity,
      Optional<String> difference) {
    this.ranker = ranker;
    this.source = source;
    this.qrels = qrels;
    this.plan = plan;
    this.spec = spec;
    this.identity = identity;
    this.difference = difference;
  }

  /**
   * {@return where the shards of a recording are while it is made}
   *
   * @param folder of the recording
   */
  public static Path beside(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".parts");
  }

  /**
   * Has the shards made that are not there, and makes the recording of all.
   *
   * @param runner who makes them
   * @param folder of the recording
   * @param command what is done, for whoever comes second
   * @param progress is told how many inputs are recorded
   * @return what was written; empty if the folder holds the whole already
   * @throws StudyException if the shards that are there are of another recording
   * @throws FolderLock.HeldException if another process makes it
   * @throws IOException if something cannot be read or written
   */
  public Optional<RecordingWriter.Written> record(
      ItemRunner runner, Path folder, String command, LongConsumer progress) throws IOException {
    if (RecordingShards.isFinished(folder)) {
      // Complains if it is another.
      RecordingWriter.open(folder, identity.fields(), spec, true);
      return Optional.empty();
    }
    Path beside = beside(folder);
    Optional<RecordingWriter.Written> written;
    try (FolderLock lock = FolderLock.take(beside, command)) {
      requireSame(beside.resolve(IDENTITY));
      List<Shard> shards = shards();
      make(runner, shards, beside, lock, progress);
      List<Path> folders = shards.stream().map(shard -> place(beside, shard)).toList();
      written = RecordShards.merge(Shards.read(folders), folder, command);
      for (Path each : folders) {
        delete(each);
      }
      Files.delete(beside.resolve(IDENTITY));
    }
    try {
      Files.deleteIfExists(beside);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else has come since.
      return written;
    }
    return written;
  }

  private JsonNode settings() {
    return JsonText.tree(identity.fields());
  }

  private void requireSame(Path file) throws IOException {
    if (Files.exists(file)) {
      JsonNode there = MAPPER.readTree(TextFile.of(file).text());
      Optional<String> other = JsonText.difference(there, settings());
      if (other.isPresent()) {
        throw new StudyException(
            file.getParent()
                + ": holds parts of another recording: "
                + other.get()
                + "; give the same options and files, or delete it");
      }
    } else {
      AtomicFile.write(file, out -> out.write(settings() + "\n"));
    }
  }

  /** As many as the pairs ask for, whoever makes them. */
  private List<Shard> shards() {
    long wanted = Math.max(LEAST, Math.ceilDiv(plan.bytes(), BYTES));
    int count = (int) Math.min(Math.min(MOST, wanted), plan.parts().size());
    return IntStream.rangeClosed(1, count).mapToObj(number -> new Shard(number, count)).toList();
  }

  private static Path place(Path beside, Shard shard) {
    return beside.resolve(shard.number() + "-of-" + shard.of());
  }

  private List<RecordPlan.Part> groups(Shard shard) {
    return Arrays.stream(plan.places(Optional.of(shard))).mapToObj(plan.parts()::get).toList();
  }

  private long inputs(Shard shard) {
    return groups(shard).stream().mapToLong(RecordPlan.Part::inputs).sum();
  }

  private void make(
      ItemRunner runner, List<Shard> shards, Path beside, FolderLock lock, LongConsumer progress)
      throws IOException {
    List<Item> left =
        shards.stream()
            .filter(shard -> !Files.exists(place(beside, shard)))
            .map(
                shard ->
                    new Item(
                        shard.toString(),
                        groups(shard).stream().mapToLong(group -> group.item().size()).sum()))
            .toList();
    for (Shard shard : shards) {
      long bytes = groups(shard).stream().mapToLong(RecordPlan.Part::bytes).sum();
      if (bytes > LARGEST) {
        throw new StudyException(
            "shard "
                + shard
                + " takes "
                + bytes
                + " bytes, and at most "
                + LARGEST
                + " can be sent: record with -shard, or fewer points or positions");
      }
    }
    if (left.isEmpty()) {
      return;
    }
    runner.run(
        settings(),
        left,
        item -> packed(Shard.parse(item.id())),
        outcomes -> {
          for (Map.Entry<Item, byte[]> outcome : outcomes.entrySet()) {
            lock.check();
            Shard shard = Shard.parse(outcome.getKey().id());
            unpack(outcome.getValue(), place(beside, shard));
            progress.accept(inputs(shard));
          }
        });
  }

  private byte[] packed(Shard shard) throws IOException {
    Path scratch = Files.createTempDirectory("lucerna-part");
    Path folder = scratch.resolve("shard");
    try {
      Map<String, Object> head = identity.fields();
      head.put(RecordingShards.SHARD, shard.toString());
      try (RecordingWriter writer = RecordingWriter.open(folder, head, spec, false).orElseThrow()) {
        RecordShards.keep(plan, spec, shard, identity, difference, folder);
        new RecordJob(ranker, writer, qrels, () -> {})
            .record(source, plan, plan.places(Optional.of(shard)));
        writer.finish(plan.counts());
      }
      return pack(folder);
    } finally {
      delete(folder);
      delete(scratch);
    }
  }

  private static byte[] pack(Path folder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes);
        Stream<Path> files = Files.list(folder)) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (Path file : files.filter(f -> !f.endsWith(FolderLock.FILE)).toList()) {
        zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, zip);
      }
    }
    return bytes.toByteArray();
  }

  /** A shard is there as a whole, or not at all. */
  private static void unpack(byte[] bytes, Path folder) throws IOException {
    Path unfinished = folder.resolveSibling(folder.getFileName() + ".part");
    delete(unfinished);
    Files.createDirectory(unfinished);
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, unfinished.resolve(Path.of(entry.getName()).getFileName()));
      }
    }
    Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes a folder of files. */
  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}
