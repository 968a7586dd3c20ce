package io.lucerna.plugin.commands;

import io.lucerna.base.FolderLock;
import io.lucerna.instrumentation.checkpoint.Checkpoint;
import io.lucerna.instrumentation.checkpoint.Checkpoints;
import io.lucerna.instrumentation.checkpoint.ModelFolder;
import io.lucerna.instrumentation.model.Precision;
import io.lucerna.instrumentation.parity.Parity;
import io.lucerna.plugin.certify.Certificate;
import io.lucerna.plugin.certify.PythonReference;
import io.lucerna.plugin.certify.ReferenceFolder;
import io.lucerna.plugin.cli.Command;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.Console;
import io.lucerna.plugin.cli.ExitCode;
import io.lucerna.plugin.cli.TextTable;
import io.lucerna.plugin.cli.Versions;
import io.lucerna.plugin.models.ModelRegistry;
import io.lucerna.plugin.options.ModelOptions;
import io.lucerna.plugin.options.Outputs;
import io.lucerna.reranker.Ranker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kohsuke.args4j.Option;

/** {@code certify}: a model against Hugging Face transformers, at every hook point. */
public final class CertifyCommand implements Command {
  private final ModelRegistry models;
  private final ModelOptions model = new ModelOptions();

  @Option(
      name = "-reference",
      metaVar = "[folder]",
      usage =
          "Folder with reference.safetensors and perhaps reference.json; the model's own folder if"
              + " it has them and no Python is named, else one that Python makes.")
  @Nullable String reference;

  @Option(
      name = "-python",
      metaVar = "[program]",
      usage =
          "Python that has torch, transformers and safetensors; python3 if neither it nor a"
              + " reference is given.")
  @Nullable String python;

  @Option(
      name = "-output",
      metaVar = "[file]",
      usage = "The certificate; in the folder certificates of the cache if not given.")
  @Nullable String output;

  @Option(
      name = "-strict",
      usage = "Certify only what is within every bound in fp32, whatever fp64 shows.")
  boolean strict;

  public CertifyCommand(ModelRegistry models) {
    this.models = models;
  }

  @Override
  public List<Object> options() {
    return List.of(this, model);
  }

  @Override
  public String example() {
    return "-model minilm -python python3";
  }

  @Override
  public void run(Console console) throws Exception {
    String name = model.modelOrDefault();
    if (reference != null && python != null) {
      throw new CommandException(
          ExitCode.USAGE, "-reference and -python both say where the reference comes from");
    }
    ModelFolder files = models.files(name, console);
    Path folder = files.body();
    Path asked = output == null ? null : Outputs.writable(output);
    try (Ranker ranker = models.ranker(name, model.scorerOptions(), console)) {
      Path file =
          asked == null
              ? models.certificate(
                  ranker.card().sha256(), Files.readString(folder.resolve("config.json")))
              : asked;
      Certificate certificate;
      try (FolderLock lock = FolderLock.takeFile(file, String.join(" ", console.commandLine()))) {
        certificate = certificate(ranker, files, console).withStrict(strict);
        print(certificate, console.out());
        certificate.write(file, console.commandLine(), Versions.all());
      }
      console.say("certificate in %s", file);
      if (!certificate.holds()) {
        throw new CommandException(
            ExitCode.FAILED, name + " is not certified: " + certificate.why());
      }
    }
  }

  private Certificate certificate(Ranker ranker, ModelFolder files, Console console)
      throws IOException, InterruptedException {
    Path folder = files.named();
    ReferenceFolder found;
    if (reference != null) {
      found = ReferenceFolder.of(Path.of(reference));
    } else if (python == null && Files.isRegularFile(folder.resolve(ReferenceFolder.NUMBERS))) {
      found = ReferenceFolder.of(folder);
    } else {
      String program = python == null ? "python3" : python;
      console.say("running %s for a reference", program);
      PythonReference.Opener inDouble =
          () ->
              models.ranker(
                  model.modelOrDefault(),
                  model.scorerOptions().withPrecision(Precision.FP64),
                  console);
      return PythonReference.certify(ranker, inDouble, files, program);
    }
    try (Checkpoint numbers = Checkpoints.openFile(found.numbers())) {
      if (!numbers.names().contains("input_ids")) {
        throw new CommandException(
            ExitCode.INPUT,
            found.numbers()
                + ": no tensor input_ids, so nothing says what was computed; name a Python with"
                + " -python or another folder with -reference (docs/certify.md)");
      }
      return Certificate.of(ranker, numbers, found);
    }
  }

  private static void print(Certificate certificate, PrintStream out) {
    TextTable table = new TextTable(2, "point", "reference", "numbers", "worst", "bound", "");
    for (Parity.Difference d : certificate.differences()) {
      table.add(
          List.of(
              d.point(),
              d.tensor(),
              Long.toString(d.numbers()),
              String.format(Locale.ROOT, "%.1e", d.worst()),
              String.format(Locale.ROOT, "%.0e", d.bound()),
              d.holds() ? "ok" : certificate.rounding() ? "rounding" : "FAILS"));
    }
    table.lines().forEach(out::println);
    out.println();
    certificate.summary().forEach(out::println);
  }
}
