package io.lucerna.studies.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lucerna.base.Internal;
import io.lucerna.instrumentation.recording.RecordingShards;
import io.lucerna.instrumentation.recording.RecordingSpec;
import io.lucerna.instrumentation.recording.RecordingWriter;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.JsonText;
import io.lucerna.studies.work.Shard;
import io.lucerna.studies.work.ShardFolder;
import io.lucerna.studies.work.Shards;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shards of recordings: what they say of the whole, and how it is made from them. */
@Internal
public final class RecordShards {
  /** Whose shards these are. */
  public static final String COMMAND = "record";

  private static final String INPUTS = "inputs_of_items";
  private static final String DIFFERENCE = "difference";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private RecordShards() {}

  /**
   * Says which shard a folder holds.
   *
   * @param plan what was found out about the pairs
   * @param spec what is recorded
   * @param shard which part
   * @param identity what was read, and what ran
   * @param difference the groups whose difference is written in the end; empty for none
   * @param folder whose lock is held
   * @throws IOException if it cannot be written
   */
  public static void keep(
      RecordPlan plan,
      RecordingSpec spec,
      Shard shard,
      Identity identity,
      Optional<String> difference,
      Path folder)
      throws IOException {
    ObjectNode more = MAPPER.createObjectNode();
    more.put("points", String.join(" ", spec.points().stream().map(p -> "" + p.point()).toList()));
    more.put("positions", spec.kept().toString()).put("gradients", spec.gradients());
    more.put("half", spec.half()).put("shard_bytes", spec.shardBytes());
    difference.ifPresent(groups -> more.put(DIFFERENCE, groups));
    more.set("counts", JsonText.tree(plan.counts()));
    List<RecordPlan.Part> parts = plan.parts();
    int[] places = plan.places(Optional.of(shard));
    ObjectNode own = MAPPER.createObjectNode();
    ArrayNode inputs = own.putArray(INPUTS);
    for (int place : places) {
      inputs.add(parts.get(place).inputs());
    }
    ShardFolder.write(
        folder,
        COMMAND,
        shard,
        parts.stream().map(RecordPlan.Part::item).toList(),
        places,
        List.of(),
        identity,
        more,
        own);
  }

  /**
   * {@return the groups whose difference is to be written; empty for none}
   *
   * @param shards all of them
   */
  public static Optional<GroupDifference> difference(Shards shards) {
    JsonNode groups = shards.whole().path(DIFFERENCE);
    return groups.isMissingNode()
        ? Optional.empty()
        : Optional.of(GroupDifference.parse(groups.asText()));
  }

  /**
   * Makes the whole from its shards, in a folder that may hold some of it already.
   *
   * @param shards all of them
   * @param target the folder of the whole
   * @param command what is done, for whoever comes second
   * @return what was written; empty if the folder holds the whole already
   * @throws io.lucerna.studies.work.StudyException naming a shard that is not finished
   * @throws IOException if a file cannot be read or written
   */
  public static Optional<RecordingWriter.Written> merge(Shards shards, Path target, String command)
      throws IOException {
    int[] inputs = inputs(shards);
    List<Path> folders = new ArrayList<>();
    for (ShardFolder shard : shards.all()) {
      folders.add(shard.path());
      if (!RecordingShards.isFinished(shard.path())) {
        throw Shards.unfinished(shard, left(shard, inputs));
      }
    }
    return RecordingShards.merge(folders, shards.owners(), inputs, target, command);
  }

  /** How many inputs each item of the whole has. */
  private static int[] inputs(Shards shards) {
    int[] inputs = new int[shards.owners().length];
    for (ShardFolder shard : shards.all()) {
      JsonNode own = shard.part().path(INPUTS);
      int i = 0;
      for (int place : shard.own().keySet()) {
        inputs[place] = own.path(i++).asInt();
      }
    }
    return inputs;
  }

  private static List<String> left(ShardFolder shard, int[] inputs) throws IOException {
    long done = RecordingShards.inputs(shard.path());
    List<String> left = new ArrayList<>();
    for (Map.Entry<Integer, String> item : shard.own().entrySet()) {
      done -= inputs[item.getKey()];
      if (done < 0) {
        left.add(item.getValue());
      }
    }
    return left;
  }
}
