package io.lucerna.topics;

import io.lucerna.base.text.MalformedTextException;
import io.lucerna.topics.TopicReader.Collector;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * XML of {@code <topic number="1">} elements, as TREC-COVID and the Web tracks publish theirs. The
 * query is the element {@code query} or {@code title}, or the topic's own text where it has none;
 * other elements are description ({@code question}, {@code description}, {@code desc}) and
 * narrative, and what else there may be, such as subtopics, is passed over.
 */
final class XmlTopics {
  private static final List<String> ID = List.of("number", "num", "id", "qid");
  private static final List<String> QUERY = List.of("query", "title");
  private static final List<String> DESCRIPTION = List.of("question", "description", "desc");
  private static final List<String> NARRATIVE = List.of("narrative", "narr");

  /** Where the topic's own text is kept, which no element can be called. */
  private static final String OWN = "";

  /** Elements that may occur only once in a topic. */
  private static final Set<String> ONCE =
      Set.of("number", "query", "title", "question", "description", "desc", "narrative", "narr");

  private final String file;
  private final XMLStreamReader reader;
  private final int skipped;

  private XmlTopics(String file, XMLStreamReader reader, int skipped) {
    this.file = file;
    this.reader = reader;
    this.skipped = skipped;
  }

  static void read(String file, String content, Collector topics) throws MalformedTextException {
    // A declaration must come first in XML; blank lines before it do no harm here.
    String xml = content.stripLeading();
    int skipped =
        (int)
            content
                .substring(0, content.length() - xml.length())
                .chars()
                .filter(c -> c == '\n')
                .count();
    try {
      XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
      new XmlTopics(file, reader, skipped).readAll(topics);
    } catch (XMLStreamException e) {
      int line = e.getLocation() == null ? 0 : skipped + e.getLocation().getLineNumber();
      throw new MalformedTextException(file, line, "not well-formed XML: " + reason(e));
    }
  }

  /** Nothing outside of the text is read, and no entity is expanded but XML's own. */
  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }

  private static String reason(XMLStreamException e) {
    String message = String.valueOf(e.getMessage());
    int start = message.indexOf("Message: ");
    return (start < 0 ? message : message.substring(start + "Message: ".length())).strip();
  }

  private void readAll(Collector topics) throws XMLStreamException, MalformedTextException {
    while (reader.hasNext()) {
      if (reader.next() == XMLStreamConstants.START_ELEMENT && name().equals("topic")) {
        topic(line(), topics);
      }
    }
  }

  private void topic(int line, Collector topics) throws XMLStreamException, MalformedTextException {
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      attributes.put(
          reader.getAttributeLocalName(i).toLowerCase(Locale.ROOT), reader.getAttributeValue(i));
    }
    Map<String, String> fields = fields();
    String id = first(attributes, ID);
    id = id == null ? first(fields, ID) : id;
    if (id == null) {
      throw new MalformedTextException(file, line, "the topic has no number");
    }
    String query = first(fields, QUERY);
    query = query == null ? fields.getOrDefault(OWN, "") : query;
    if (query.isBlank()) {
      throw new MalformedTextException(file, line, "the topic has no text under <query>");
    }
    topics.add(
        line,
        canonical(topics.id(line, id)),
        query,
        Optional.ofNullable(first(fields, DESCRIPTION)),
        Optional.ofNullable(first(fields, NARRATIVE)));
  }

  /** The texts of the elements of a topic, up to its end. */
  private Map<String, String> fields() throws XMLStreamException, MalformedTextException {
    Map<String, StringBuilder> texts = new HashMap<>();
    String field = OWN;
    int depth = 0;
    while (true) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (++depth == 1) {
            field = name();
            if (texts.putIfAbsent(field, new StringBuilder()) != null && ONCE.contains(field)) {
              throw new MalformedTextException(
                  file, line(), "a second <" + field + "> in one topic");
            }
          }
        }
        case XMLStreamConstants.END_ELEMENT -> {
          if (depth == 0) {
            Map<String, String> fields = new HashMap<>();
            texts.forEach((name, text) -> fields.put(name, text.toString()));
            return fields;
          }
          field = --depth == 0 ? OWN : field;
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
            texts.computeIfAbsent(field, name -> new StringBuilder()).append(reader.getText());
        default -> {}
      }
    }
  }

  private String name() {
    return reader.getLocalName().toLowerCase(Locale.ROOT);
  }

  private int line() {
    return skipped + reader.getLocation().getLineNumber();
  }

  private static @Nullable String first(Map<String, String> values, List<String> names) {
    for (String name : names) {
      String value = values.get(name);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    return null;
  }

  /** Integers as Anserini writes them. */
  private static String canonical(String id) {
    try {
      return Integer.toString(Integer.parseInt(id));
    } catch (NumberFormatException e) {
      return id;
    }
  }
}
