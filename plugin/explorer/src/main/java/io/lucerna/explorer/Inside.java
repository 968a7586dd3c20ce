package io.lucerna.explorer;

import io.lucerna.instrumentation.hooks.HookPoint;
import io.lucerna.instrumentation.hooks.Hooks;
import io.lucerna.instrumentation.hooks.Site;
import io.lucerna.instrumentation.hooks.Stack;
import io.lucerna.instrumentation.intervene.CompiledSpec;
import io.lucerna.instrumentation.recording.ActivationSource.Slice;
import io.lucerna.instrumentation.recording.InputActivations;
import io.lucerna.instrumentation.text.Token;
import io.lucerna.instrumentation.text.TokenBatch.Side;
import io.lucerna.reranker.Ranker;
import io.lucerna.reranker.ScoreException;
import io.lucerna.studies.record.PairSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the model does on its way to a score: where its heads look, and what each layer thinks. */
final class Inside {
  /** The most rows and columns of a small picture. */
  private static final int SMALL = 32;

  private static final Pattern HEAD = Pattern.compile("([LD])(\\d{1,4})([HX])(\\d{1,4})");

  private final Ranker ranker;
  private final Workbench workbench;

  Inside(Workbench workbench) {
    this.ranker = workbench.ranker();
    this.workbench = workbench;
  }

  /** A text, while its heads come in. */
  private record Read(List<Token> tokens, List<AttentionAnswer.Head> heads) {}

  /** Scores by layer. */
  LensAnswer lens(PairsRequest request) throws IOException {
    List<LensAnswer.Passage> passages = new ArrayList<>();
    for (PairsRequest.Passage passage : request.passages()) {
      Workbench.Pair pair = workbench.pair(request, passage);
      try {
        List<Float> scores = new ArrayList<>();
        for (float[] layer : ranker.lens(pair.query(), List.of(pair.text()))) {
          scores.add(layer[0]);
        }
        passages.add(new LensAnswer.Passage(passage.docno(), pair.query(), scores));
      } catch (IllegalArgumentException | ScoreException e) {
        throw new Refusal(400, String.valueOf(e.getMessage()), e);
      }
    }
    return new LensAnswer(passages);
  }

  /** Attention patterns, of the changed model where it is changed. */
  AttentionAnswer attention(AttentionRequest request) throws IOException {
    PairsRequest.Passage passage = request.pair().passages().getFirst();
    Workbench.Pair pair = workbench.pair(request.pair(), passage);
    CompiledSpec spec = workbench.compile(request.ranked(), pair.query());
    Map<Side, Read> sides = new EnumMap<>(Side.class);
    String topic = CommandLines.id(pair.topic());
    Hooks hooks = spec.hooks(topic, List.of(PairSource.Pair.id(topic, passage.docno())));
    for (HookPoint point : points(request.head())) {
      // One point at a time, of which nothing stays but the picture.
      hooks =
          hooks.and(
              InputActivations.hooks(
                  ranker.reading().points(),
                  List.of(point.toString()),
                  input -> add(sides, point, input, request.head())));
    }
    try {
      ranker.score(pair.query(), List.of(pair.text()), hooks);
    } catch (IllegalArgumentException | ScoreException e) {
      throw new Refusal(400, String.valueOf(e.getMessage()), e);
    }
    List<AttentionAnswer.Side> answer = new ArrayList<>();
    sides.forEach(
        (side, read) ->
            answer.add(
                new AttentionAnswer.Side(
                    side.name().toLowerCase(Locale.ROOT), tokens(side, read), read.heads())));
    return new AttentionAnswer(spec.spec().toString(), answer);
  }

  /** Where heads look at the text: all of them, or the one that has this name. */
  private List<HookPoint> points(String head) {
    List<HookPoint> all =
        ranker.reading().points().points().stream()
            .filter(point -> point.site() == Site.PATTERN && point.stack() != Stack.DECODER)
            .toList();
    if (head.isEmpty()) {
      return all;
    }
    Matcher name = HEAD.matcher(head);
    List<HookPoint> found =
        all.stream().filter(point -> name.matches() && head.startsWith(before(point))).toList();
    if (found.isEmpty() || Integer.parseInt(name.group(4)) >= ranker.card().heads()) {
      throw new Refusal(404, "no head that looks at the text is called " + head);
    }
    return found;
  }

  /** How the names of a point's heads begin. */
  private static String before(HookPoint point) {
    return point.stack() == Stack.TEXT ? "L" + point.layer() + "H" : "D" + point.layer() + "X";
  }

  private static void add(
      Map<Side, Read> sides, HookPoint point, InputActivations input, String wanted) {
    synchronized (sides) {
      Read read =
          sides.computeIfAbsent(input.side(), side -> new Read(input.tokens(), new ArrayList<>()));
      Slice slice = input.get(point);
      int heads = (int) slice.shape()[1];
      for (int head = 0; head < heads; head++) {
        String name = before(point) + head;
        if (wanted.isEmpty() || wanted.equals(name)) {
          float[][] rows = rows(slice, head);
          read.heads().add(head(name, point, input, rows, wanted.isEmpty()));
        }
      }
    }
  }

  private static AttentionAnswer.Head head(
      String name, HookPoint point, InputActivations input, float[][] rows, boolean small) {
    boolean both = input.side() == Side.PAIR && rows.length == input.tokens().size();
    int width = Math.min(SMALL, input.tokens().size());
    return new AttentionAnswer.Head(
        name,
        point.toString(),
        both ? share(rows, input.tokens(), 0, 1) : null,
        both ? share(rows, input.tokens(), 1, 0) : null,
        small ? image(rows, width) : null,
        width,
        small ? null : List.of(rows));
  }

  /** Of [position that looks, head, position that is looked at], one head. */
  private static float[][] rows(Slice slice, int head) {
    int heads = (int) slice.shape()[1];
    int width = (int) slice.shape()[2];
    float[][] rows = new float[(int) slice.shape()[0]][];
    for (int row = 0; row < rows.length; row++) {
      int from = (row * heads + head) * width;
      rows[row] = Arrays.copyOfRange(slice.values(), from, from + width);
    }
    return rows;
  }

  /** The mean, over tokens of one segment, of what goes to tokens of the other. */
  private static @Nullable Double share(float[][] rows, List<Token> tokens, int from, int to) {
    int[] looked =
        IntStream.range(0, tokens.size()).filter(i -> tokens.get(i).segment() == to).toArray();
    double sum = 0;
    int count = 0;
    for (int row = 0; row < rows.length; row++) {
      if (tokens.get(row).segment() == from) {
        count++;
        for (int column : looked) {
          sum += rows[row][column];
        }
      }
    }
    return count == 0 || looked.length == 0 ? null : sum / count;
  }

  private static String image(float[][] rows, int width) {
    int height = Math.min(SMALL, rows.length);
    float[] largest = new float[width * height];
    for (int row = 0; row < rows.length; row++) {
      for (int column = 0; column < rows[row].length; column++) {
        int at = row * height / rows.length * width + column * width / rows[row].length;
        largest[at] = Math.max(largest[at], rows[row][column]);
      }
    }
    byte[] image = new byte[largest.length];
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) Math.round(255 * Math.sqrt(Math.clamp(largest[i], 0, 1)));
    }
    return Base64.getEncoder().encodeToString(image);
  }

  private static List<AttentionAnswer.Token> tokens(Side side, Read read) {
    return read.tokens().stream()
        .map(
            token ->
                new AttentionAnswer.Token(
                    token.piece(),
                    token.special()
                        ? ""
                        : side == Side.QUERY || side == Side.PAIR && token.segment() == 0
                            ? "query"
                            : "passage"))
        .toList();
  }
}
