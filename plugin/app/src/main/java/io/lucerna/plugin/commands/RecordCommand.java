package io.lucerna.plugin.commands;

import io.lucerna.base.Counted;
import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.hooks.PointShape;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.recording.Kept;
import io.lucerna.instrumentation.recording.RecordingException;
import io.lucerna.instrumentation.recording.RecordingShards;
import io.lucerna.instrumentation.recording.RecordingSpec;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.Progress;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.CollectionOptions;
import io.lucerna.plugin.options.FolderOptions;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.PairsOptions;
import io.lucerna.plugin.options.QueryLimits;
import io.lucerna.plugin.options.RerankOptions;
import io.lucerna.plugin.options.RunInputs;
import io.lucerna.plugin.texts.CandidatePool;
import io.lucerna.plugin.texts.CleaningChoice;
import io.lucerna.plugin.texts.Ids;
import io.lucerna.plugin.texts.RunPairs;
import io.lucerna.qrels.Qrels;
import io.lucerna.reranker.ModelCard;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScorerOptions;
import io.lucerna.studies.record.ContrastPairSource;
import io.lucerna.studies.record.GroupDifference;
import io.lucerna.studies.record.PairSource;
import io.lucerna.studies.record.RecordJob;
import io.lucerna.studies.record.RecordParts;
import io.lucerna.studies.record.RecordPlan;
import io.lucerna.studies.record.RecordShards;
import io.lucerna.studies.record.TablePairs;
import io.lucerna.studies.work.Hashes;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.ItemRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code record}: activations of a ranker on many pairs, written as a stream. */
public final class RecordCommand implements Command {
  private static final long MEGABYTE = 1_000_000;
  private static final long INDEX_BYTES_PER_TOKEN = 40;

  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();
  private final RerankOptions rerank = new RerankOptions();
  private final RunInputs inputs = new RunInputs();
  private final FolderOptions target = new FolderOptions();
  private final PairsOptions given = new PairsOptions();
  private final CollectionOptions collections;

  @Option(
      name = "-hooks",
      required = true,
      metaVar = "[points]",
      usage = "Hook points, names or globs (* and ?), separated by commas.")
  String hooks = "";

  @Option(
      name = "-positions",
      required = true,
      metaVar = "[which]",
      usage =
          "Positions to keep: all, cls, query, passage, other roles (match, stem, other, sep, ...),"
              + " numbers and ranges such as 0,3,5-9,-1, separated by commas; or one vector of each"
              + " input, the mean over them: mean, mean:passage.")
  String positions = "";

  @Option(
      name = "-qrels",
      metaVar = "[file or name]",
      usage =
          "Judgments, or the name of a collection: index.jsonl gets the grades of judged passages"
              + " (default: those of -collection).")
  @Nullable String qrels;

  @Option(
      name = "-difference",
      metaVar = "[groups]",
      usage =
          "Also write difference.safetensors, vectors for add: the mean of relevant passages minus"
              + " that of others (relevant, or relevant:GRADE), or of perturbed minus base passages of"
              + " contrast pairs (perturbed).")
  @Nullable String difference;

  @Option(
      name = "-gradients",
      usage =
          "Also record the derivative of each pair's score by every activation that is kept: of a"
              + " bi-encoder, by those of the query and of the passage.")
  boolean gradients;

  @Option(name = "-half", usage = "Store numbers in 16 bits, rounded to the nearest.")
  boolean half;

  @Option(
      name = "-shard.size",
      metaVar = "[MB]",
      usage = "Most megabytes of activations in one file.")
  int shardSize = (int) (RecordingSpec.SHARD_BYTES / MEGABYTE);

  public RecordCommand(ModelRegistry models, CollectionOptions collections) {
    this.models = models;
    this.collections = collections;
  }

  @Override
  public List<Object> options() {
    return List.of(this, given, target, inputs, model, rerank, collections);
  }

  @Override
  public String example() {
    return "-model minilm -pairs pairs.tsv -hooks blocks.*.attn.hook_z,blocks.5.hook_resid_post"
        + " -positions cls -output runs/recorded";
  }

  @Override
  public void run(Console console) throws Exception {
    ScorerOptions options = model.scorerOptions();
    rerank.check();
    Kept kept = Kept.parse(positions);
    if (gradients && kept.mean()) {
      throw new CommandException(
          ExitCode.USAGE, "-gradients are by the numbers of positions, not by their mean");
    }
    if (shardSize < 1) {
      throw new CommandException(
          ExitCode.USAGE, "-shard.size must be at least 1, got " + shardSize);
    }
    List<String> points = List.of(hooks.split(",", -1));
    if (points.contains(Site.SCORE.glob())) {
      throw new CommandException(
          ExitCode.USAGE,
          Site.SCORE.glob()
              + " is not an activation of the model; index.jsonl has every score "
              + "anyway");
    }
    GroupDifference groups = difference == null ? null : GroupDifference.parse(difference);
    Path folder = folder();
    String named = qrels == null ? inputs.named : qrels;
    Path judgments = named == null ? null : collections.qrels(named);
    Qrels grades = judgments == null ? Qrels.of(Map.of()) : Qrels.read(judgments);
    if (groups != null) {
      requireGroups(groups, judgments);
    }
    try (PairSource source = source(console);
        Ranker ranker = models.ranker(model.modelOrDefault(), options, console)) {
      RecordingSpec spec =
          RecordingSpec.of(ranker.reading().model(), points)
              .withKept(kept)
              .withGradients(gradients)
              .withHalf(half)
              .withShardBytes(shardSize * MEGABYTE);
      if (groups != null) {
        requireVectors(spec);
      }
      List<QueryLimits.Query> queries = new ArrayList<>();
      source.forEach(
          group ->
              queries.add(
                  new QueryLimits.Query("query " + group.pairs().getFirst().qid(), group.query())));
      QueryLimits.check(
          ranker::fit, queries, given.pairs == null ? inputs.queries() : given.pairs, console);
      RecordPlan plan = RecordPlan.of(source, ranker, spec);
      int[] places = plan.places(target.shard());
      requireRoom(folder, plan, places, spec, console);
      Map<String, Object> data = new LinkedHashMap<>(source.identity());
      if (judgments != null) {
        data.put("qrels", Hashes.of(judgments));
      }
      Identity identity =
          new Identity(console.repeatable(), Versions.all(), ranker.card(), Map.of("data", data));
      if (console.items() != ItemRunner.HERE) {
        RecordParts parts =
            new RecordParts(
                ranker, source, grades, plan, spec, identity, Optional.ofNullable(difference));
        elsewhere(parts, ranker.card(), plan, folder, console);
        if (groups != null) {
          write(groups, folder, console);
        }
        return;
      }
      Optional<RecordingWriter> opened =
          RecordingWriter.open(folder, head(identity), spec, target.resume);
      if (opened.isEmpty()) {
        console.say("%s already holds the complete recording", folder);
        if (target.shard().isPresent()) {
          // The difference is written after merge, and may be another than before.
          try (FolderLock lock = FolderLock.take(folder, String.join(" ", console.commandLine()))) {
            keep(plan, spec, identity, lock.path());
          }
        }
      } else {
        try (RecordingWriter writer = opened.get()) {
          keep(plan, spec, identity, folder);
          record(source, ranker, grades, plan, places, writer, folder, console);
        }
      }
    }
    if (target.shard().isPresent()) {
      target.sayDone(console);
    } else if (groups != null) {
      write(groups, folder, console);
    }
  }

  private void elsewhere(
      RecordParts parts, ModelCard model, RecordPlan plan, Path folder, Console console)
      throws IOException {
    if (target.shard().isPresent()) {
      throw new CommandException(
          ExitCode.USAGE, "-shard is for one process; here others make all shards");
    }
    Path beside = RecordParts.beside(folder);
    if (Files.exists(beside) && !target.resume) {
      throw new CommandException(
          ExitCode.USAGE,
          beside + ": holds parts of a recording; give -resume to resume it, or delete it");
    }
    long start = System.nanoTime();
    Optional<RecordingWriter.Written> written;
    try (Progress progress = new Progress(console, "recording", plan.inputs())) {
      written =
          parts.record(
              console.items(), folder, String.join(" ", console.commandLine()), progress::advance);
    }
    if (written.isPresent()) {
      report(plan, written.get(), model, start, folder, console);
    } else {
      console.say("%s already holds the complete recording", folder);
    }
  }

  /** Writes a difference, and says so. */
  static void write(GroupDifference groups, Path folder, Console console) throws IOException {
    GroupDifference.Written written = groups.write(folder);
    console.say(
        "wrote %s: %s, %s (%d minus %s)",
        folder.resolve(GroupDifference.FILE),
        Counted.of(written.vectors(), "vector"),
        groups.words(),
        written.first(),
        Counted.of(written.second(), "passage"));
  }

  /** What decides the recording, and of which part it is. */
  private Map<String, Object> head(Identity identity) {
    Map<String, Object> head = identity.fields();
    target.shard().ifPresent(part -> head.put(RecordingShards.SHARD, part.toString()));
    return head;
  }

  /** Says which part the folder holds, if it holds one part of several. */
  private void keep(RecordPlan plan, RecordingSpec spec, Identity identity, Path folder)
      throws IOException {
    if (target.shard().isPresent()) {
      Optional<String> later = Optional.ofNullable(difference);
      RecordShards.keep(plan, spec, target.shard().get(), identity, later, folder);
    }
  }

  private void requireGroups(GroupDifference groups, @Nullable Path judgments) throws IOException {
    if (groups.grade().isPresent() && judgments == null) {
      throw new CommandException(
          ExitCode.USAGE, "-difference " + difference + " needs judgments: -qrels or -collection");
    }
    if (groups.grade().isEmpty()) {
      String file = given.pairs;
      if (file == null || !ContrastPairSource.holds(file)) {
        throw new CommandException(
            ExitCode.USAGE,
            "-difference " + difference + " needs contrast pairs in JSON lines: -pairs");
      }
      new ContrastPairSource(file).requireOnePerturbation();
    }
  }

  private static void requireVectors(RecordingSpec spec) {
    spec.points().stream()
        .filter(PointShape::hasKeys)
        .findFirst()
        .ifPresent(
            shape -> {
              throw new CommandException(
                  ExitCode.USAGE,
                  "-difference: "
                      + shape.point()
                      + " has positions as its last dimension, for which there are no vectors");
            });
  }

  private Path folder() throws IOException {
    Path folder = target.path();
    Path place = existing(folder);
    if (!Files.exists(folder) && (!Files.isDirectory(place) || !Files.isWritable(place))) {
      throw new CommandException(
          ExitCode.USAGE, target.output + ": -output must be in a writable folder");
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CommandException(
          ExitCode.USAGE, target.output + ": exists already and is not a folder");
    }
    target.requireOf("record");
    if (!target.resume) {
      try {
        RecordingWriter.requireAbsent(folder);
      } catch (RecordingException e) {
        throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
    }
    return folder;
  }

  /** The folder, or the nearest above it that exists. */
  private static Path existing(Path folder) {
    Path place = folder.toAbsolutePath();
    while (!Files.exists(place) && place.getParent() != null) {
      place = place.getParent();
    }
    return place;
  }

  private PairSource source(Console console) throws IOException {
    if (given.pairs != null) {
      return ContrastPairSource.holds(given.pairs)
          ? new ContrastPairSource(given.pairs)
          : new TablePairs(given.pairs);
    }
    inputs.complete(collections, console);
    if (inputs.run == null) {
      throw new CommandException(ExitCode.USAGE, "give the pairs: -pairs, -run or -input");
    }
    CandidatePool pool = inputs.read(rerank.depth, Ids.JSON, collections, console);
    CleaningChoice cleaning = rerank.cleaning(inputs.collection(), pool.texts());
    console.say("passages cleaned: %s", cleaning);
    return new RunPairs(pool, cleaning, rerank.depth);
  }

  /** Says what is coming, and refuses what the disk cannot take. */
  private void requireRoom(
      Path folder, RecordPlan plan, int[] places, RecordingSpec spec, Console console)
      throws IOException {
    long bytes = Arrays.stream(places).mapToLong(place -> plan.parts().get(place).bytes()).sum();
    long tokens =
        Arrays.stream(places).mapToLong(place -> plan.parts().get(place).item().size()).sum();
    long there = 0;
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        there = files.mapToLong(file -> file.toFile().length()).sum();
      }
    }
    long free = Files.getFileStore(existing(folder)).getUsableSpace();
    console.say(
        "to record: %s, %s, %s, %s: %s; %s free",
        Counted.of(plan.pairs(), "pair"),
        Counted.of(plan.inputs(), "input"),
        Counted.of(plan.tokens(), "token"),
        Counted.of(spec.points().size(), "point"),
        size(plan.bytes()),
        size(free));
    target
        .shard()
        .ifPresent(
            part ->
                console.say("shard %s: %s, %s", part, Counted.of(tokens, "token"), size(bytes)));
    // While it is assembled, the disk holds a shard twice.
    long needed = bytes + Math.min(bytes, spec.shardBytes()) + tokens * INDEX_BYTES_PER_TOKEN;
    if (needed - there > free) {
      throw new CommandException(
          ExitCode.FAILED,
          String.format(
              Locale.ROOT,
              "%s: the recording takes %s while it is written, and %s are free there",
              folder,
              size(needed - there),
              size(free)));
    }
  }

  private static void record(
      PairSource source,
      Ranker ranker,
      Qrels grades,
      RecordPlan plan,
      int[] places,
      RecordingWriter writer,
      Path folder,
      Console console)
      throws IOException {
    long before = writer.inputs();
    long inputs = Arrays.stream(places).mapToLong(place -> plan.parts().get(place).inputs()).sum();
    if (before > 0) {
      console.say("resuming after %d of %s", before, Counted.of(inputs, "input"));
    }
    long start = System.nanoTime();
    RecordingWriter.Written written;
    try (Progress progress = new Progress(console, "recording", inputs - before)) {
      RecordJob job = new RecordJob(ranker, writer, grades, () -> progress.advance(1));
      job.record(source, plan, places);
      written = writer.finish(plan.counts());
    }
    if (places.length < plan.parts().size()) {
      return; // what follows is of the whole
    }
    report(plan, written, ranker.card(), start, folder, console);
  }

  private static void report(
      RecordPlan plan,
      RecordingWriter.Written written,
      ModelCard model,
      long start,
      Path folder,
      Console console) {
    double seconds = (System.nanoTime() - start) / 1e9;
    console.say(
        "recorded %s (%s) with %s in %.1f s: %s in %s in %s; %d truncated to %d tokens, %d empty",
        Counted.of(plan.pairs(), "pair"),
        Counted.of(plan.tokens(), "token"),
        model.name(),
        seconds,
        size(written.bytes()),
        Counted.of(written.shards(), "shard"),
        folder,
        plan.truncated(),
        model.maxTokens(),
        plan.empty());
    plan.absent()
        .forEach(
            (part, count) ->
                console.say(
                    "%d of %s without a position %s",
                    count, Counted.of(plan.inputs(), "input"), part));
    written
        .overflows()
        .forEach(
            (point, count) ->
                console.say(
                    "warning: %s of %s too large for 16 bits, stored as infinite",
                    Counted.of(count, "number"), point));
  }

  private static String size(long bytes) {
    if (bytes < MEGABYTE) {
      return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
    return bytes < 1000 * MEGABYTE
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
