package io.lucerna.plugin.options;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.lucerna.base.JsonFaults;
import io.lucerna.base.NearestNames;
import io.lucerna.base.TextFile;
import io.lucerna.plugin.cli.CommandException;
import io.lucerna.plugin.cli.ExitCode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.kohsuke.args4j.Option;

/**
 * Options in a YAML file: a map from an option's name, without dashes, to its value, to a list of
 * values where it can be given several times, or to true or false where it has none.
 */
public final class ConfigFile {
  private static final YAMLFactory YAML = new YAMLFactory();

  private final TextFile file;
  private final Set<String> known;
  private final List<String> arguments = new ArrayList<>();

  private ConfigFile(TextFile file, Set<String> known) {
    this.file = file;
    this.known = known;
  }

  /**
   * The arguments with those of a file in place of {@code -config FILE}.
   *
   * @param beans what carries the command's options
   * @throws CommandException naming the line, if the file cannot be read or an option does not
   *     exist
   */
  public static List<String> expand(List<String> given, List<Object> beans) {
    int at = given.indexOf("-config");
    if (at < 0 || at + 1 == given.size()) {
      return given;
    }
    ConfigFile config = new ConfigFile(TextFile.named(given.get(at + 1)), names(beans));
    List<String> all = new ArrayList<>(config.read());
    all.addAll(given);
    return all;
  }

  private static Set<String> names(List<Object> beans) {
    Set<String> names = new HashSet<>();
    for (Object bean : beans) {
      for (Field field : bean.getClass().getDeclaredFields()) {
        Option option = field.getAnnotation(Option.class);
        if (option != null) {
          names.add(option.name());
          names.addAll(Arrays.asList(option.aliases()));
        }
      }
    }
    names.remove("-config");
    return names;
  }

  private List<String> read() {
    String content = text();
    try (JsonParser parser = YAML.createParser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw error(parser, "expected lines of the form 'option: value'");
      }
      Set<String> seen = new HashSet<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = "-" + parser.currentName();
        if (!known.contains(name)) {
          throw error(
              parser,
              "there is no option "
                  + name.substring(1)
                  + NearestNames.hint(name, known).replace("mean -", "mean "));
        }
        if (!seen.add(name)) {
          throw error(parser, name.substring(1) + " occurs twice");
        }
        value(parser, name);
      }
      return arguments;
    } catch (JsonProcessingException e) {
      throw refused(JsonFaults.inFile(file.name(), "YAML", e, content));
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private String text() {
    try {
      return file.text();
    } catch (NoSuchFileException e) {
      throw new CommandException(ExitCode.INPUT, file.name() + ": no such file or folder", e);
    } catch (IOException e) {
      throw refused(e);
    }
  }

  private static CommandException refused(IOException e) {
    return new CommandException(ExitCode.INPUT, String.valueOf(e.getMessage()), e);
  }

  private void value(JsonParser parser, String name) throws IOException {
    switch (parser.nextToken()) {
      case START_ARRAY -> {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          arguments.add(name);
          arguments.add(scalar(parser, name));
        }
      }
      case VALUE_TRUE -> arguments.add(name);
      case VALUE_FALSE -> {}
      default -> {
        arguments.add(name);
        arguments.add(scalar(parser, name));
      }
    }
  }

  private String scalar(JsonParser parser, String name) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getText();
      default -> throw error(parser, name.substring(1) + " needs a value or a list of values");
    };
  }

  private CommandException error(JsonParser parser, String message) {
    return error(parser.currentTokenLocation().getLineNr(), message);
  }

  private CommandException error(int line, String message) {
    return new CommandException(
        ExitCode.INPUT, String.format(Locale.ROOT, "%s:%d: %s", file.name(), line, message));
  }
}
