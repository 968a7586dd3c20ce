package io.lucerna.plugin.lens;

import static io.lucerna.studies.chart.PlainText.escaped;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lucerna.eval.Comparison;
import io.lucerna.eval.Correction;
import io.lucerna.eval.Measure;
import io.lucerna.eval.Run;
import io.lucerna.instrumentation.model.HookedModel;
import io.lucerna.plugin.compare.ComparisonCsv;
import io.lucerna.plugin.compare.RunComparison;
import io.lucerna.plugin.texts.Candidates;
import io.lucerna.qrels.Qrels;
import io.lucerna.studies.chart.Figure;
import io.lucerna.studies.page.HtmlPage;
import io.lucerna.studies.report.Digits;
import io.lucerna.studies.report.StudyReport;
import io.lucerna.studies.table.Table;
import io.lucerna.studies.work.Identity;
import io.lucerna.studies.work.Manifest;
import io.lucerna.studies.work.OldFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a lens: runs, tables, pictures, and a page that opens offline. */
public final class LensReport {
  private static final Pattern RUNS = Pattern.compile("layer-\\d+\\.txt");
  private static final Pattern PICTURES =
      Pattern.compile("(layers|attribution|relevance)\\.(svg|png)");
  private static final Pattern TABLES = Pattern.compile("attribution(-topics)?\\.csv");

  /**
   * How layers are measured.
   *
   * @param measures the first is the one of late topics
   * @param level the lowest grade that is relevant
   */
  public record Settings(
      List<Measure> measures, int level, Comparison.Settings comparison, Correction correction) {}

  private final List<Run> layers;
  private final Settings settings;
  private final Identity identity;
  private final HookedModel model;
  private final int depth;
  private final RunComparison comparison;
  private final List<LateTopic> late;
  private final List<Attribution.TopicRow> byTopic;
  private final List<Attribution.Row> parts;
  private final double residual;

  /**
   * @param layers a run for each, the last layer's last
   * @param topics the candidates
   * @param attribution may hold nothing
   * @param identity of the folder
   * @param depth candidates of a topic that were scored
   */
  public LensReport(
      List<Run> layers,
      List<Candidates> topics,
      Attribution attribution,
      Qrels qrels,
      Settings settings,
      Identity identity,
      HookedModel model,
      int depth) {
    this.layers = layers;
    this.settings = settings;
    this.identity = identity;
    this.model = model;
    this.depth = depth;
    this.comparison =
        RunComparison.of(
            Layers.lastFirst(layers),
            qrels,
            settings.measures(),
            settings.level(),
            false,
            settings.comparison(),
            settings.correction());
    this.late = LateTopic.of(comparison, settings.measures().getFirst(), topics);
    this.byTopic = attribution.topics();
    this.parts = attribution.rows(settings.comparison(), settings.correction());
    this.residual = attribution.residual();
  }

  /** What people read on the terminal. */
  public List<String> lines() {
    List<String> lines =
        new ArrayList<>(LensText.lines(comparison, model, late, settings.correction()));
    if (!parts.isEmpty()) {
      lines.addAll(LensText.lines(parts, residual));
    }
    return lines;
  }

  /** Writes all files. */
  public void write(Path folder) throws IOException {
    Path runs = emptied(folder.resolve("runs"), RUNS);
    for (int layer = 0; layer < layers.size(); layer++) {
      layers.get(layer).write(runs.resolve(Layers.name(layer) + ".txt"));
    }
    emptied(folder, TABLES);
    ComparisonCsv.writeTopics(comparison, folder.resolve("topics.csv"));
    ComparisonCsv.writeSummary(
        comparison, settings.comparison(), settings.correction(), folder.resolve("layers.csv"));
    Table.of(LateTopic.class).write(folder.resolve("late-topics.csv"), late.stream());
    if (!parts.isEmpty()) {
      Table.of(Attribution.Row.class).write(folder.resolve("attribution.csv"), parts.stream());
      Table.of(Attribution.TopicRow.class)
          .write(folder.resolve("attribution-topics.csv"), byTopic.stream());
    }
    Path pictures = emptied(folder.resolve("figures"), PICTURES);
    for (Map.Entry<String, Figure> picture : figures().entrySet()) {
      picture.getValue().write(pictures, picture.getKey());
    }
    page(folder.resolve("report.html"));
    Map<String, Object> fields = identity.fields();
    fields.put("depth", depth);
    fields.put("measures", settings.measures().stream().map(Measure::irName).toList());
    fields.put("level", settings.level());
    fields.put("correction", settings.correction().toString());
    fields.put("comparison", settings.comparison());
    fields.put("layers", layers.size());
    fields.put("residual", residual);
    Manifest.write(folder.resolve("lens.json"), fields);
  }

  /** The folder, without what an earlier lens left there; other files stay. */
  private static Path emptied(Path folder, Pattern ours) throws IOException {
    Files.createDirectories(folder);
    OldFiles.delete(folder, ours);
    return folder;
  }

  private SequencedMap<String, Figure> figures() {
    String setting = identity.model().label() + ", top " + depth;
    SequencedMap<String, Figure> all = new LinkedHashMap<>();
    all.put("layers", LensFigures.layers(comparison, setting, settings.comparison()));
    if (!parts.isEmpty()) {
      all.put("attribution", LensFigures.mean(parts, setting));
    }
    if (isCompared()) {
      all.put("relevance", LensFigures.relevance(parts, setting));
    }
    return all;
  }

  private boolean isCompared() {
    return parts.stream().anyMatch(Attribution.Row::isCompared);
  }

  private void page(Path file) throws IOException {
    String title = identity.model().label() + ", layer by layer";
    StringBuilder body = new StringBuilder("<header><h1>" + escaped(title) + "</h1></header>\n");
    body.append("<main>\n<section><h2>Layers</h2>\n");
    SequencedMap<String, Figure> figures = figures();
    figure(body, "layers", figures);
    table(body, LensText.header(comparison), LensText.rows(comparison, model).stream());
    body.append("</section>\n<section><h2>Topics that are decided late</h2>\n<p>");
    body.append("Value at layer ").append(LateTopic.half(layers.size()));
    body.append(" furthest from that of the last layer; settled is the first layer from which");
    body.append(" every value stays within ").append(LateTopic.NEAR).append(" of the last.</p>\n");
    table(
        body,
        List.of("topic", "query", "at half", "last", "change", "settled"),
        late.stream()
            .map(
                t ->
                    List.of(
                        t.topic(),
                        t.query(),
                        Digits.value(t.half()),
                        Digits.value(t.last()),
                        Digits.change(t.change()),
                        "" + t.settled())));
    if (!parts.isEmpty()) {
      body.append("</section>\n<section><h2>Heads and MLPs</h2>\n");
      figure(body, "attribution", figures);
      figure(body, "relevance", figures);
      if (!isCompared()) {
        body.append("<p>").append(LensText.NOT_COMPARED).append("</p>\n");
      }
    }
    body.append("</section>\n<section><h2>How it was made</h2>\n<pre>");
    body.append(escaped(identity.commandLine())).append("</pre></section>\n</main>\n");
    String style = HtmlPage.resource(StudyReport.class, "report.css");
    new HtmlPage(title, style, body.toString(), JsonNodeFactory.instance.objectNode(), "")
        .write(file);
  }

  private static void figure(StringBuilder out, String name, Map<String, Figure> figures) {
    Figure figure = figures.get(name);
    if (figure != null) {
      out.append("<div class=\"figure\">").append(figure.svg(name)).append("</div>\n");
    }
  }

  private static void table(StringBuilder out, List<String> header, Stream<List<String>> rows) {
    out.append("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
    header.forEach(name -> out.append("<th scope=\"col\">").append(escaped(name)).append("</th>"));
    out.append("</tr></thead><tbody>\n");
    rows.forEach(
        row -> {
          out.append("<tr>");
          row.forEach(cell -> out.append("<td>").append(escaped(cell)).append("</td>"));
          out.append("</tr>\n");
        });
    out.append("</tbody></table></div>\n");
  }
}
