package io.lucerna.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldNamesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static JsonNode json(String text) throws IOException {
    return MAPPER.readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'id': 1, 'title': 'a b'} | 1 | a b",
        "{'qid': '1', 'query': 'a b'} | 1 | a b",
        "{'_id': '1', 'text': 'a b', 'metadata': {'query': 'c'}} | 1 | a b",
        "{'_id': '1', 'title': '', 'text': 'a b'} | 1 | a b",
        "{'query_id': '1', 'text': 'a b'} | 1 | a b",
        "{'query_id': 1, 'title': 'a b', 'description': 'c'} | 1 | a b",
        "{'topic_id': '1', 'question': 'a b'} | 1 | a b",
        "{'id': null, 'qid': '1', 'query': null, 'text': 1984} | 1 | 1984",
        "{'id': '1', 'qid': '2', '_id': '3', 'title': 'a', 'query': 'b', 'text': 'c'} | 1 | a",
      })
  void topics(String topic, String id, String query) throws IOException {
    assertEquals(Optional.of(id), FieldNames.topicId(json(topic)));
    assertEquals(Optional.of(query), FieldNames.query(json(topic)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'id': 7, 'contents': 'a b'} | 7 | a b",
        "{'id': '7', 'title': 't', 'contents': 'a b'} | 7 | a b",
        "{'_id': '7', 'title': 't', 'text': 'a b', 'metadata': {}} | 7 | t a b",
        "{'_id': '7', 'title': '', 'text': 'a b'} | 7 | a b",
        "{'doc_id': '7', 'title': 't', 'abstract': 'a b', 'doi': ''} | 7 | t a b",
        "{'docno': '7', 'text': 'a b'} | 7 | a b",
        "{'pid': '7', 'docid': '8', 'passage': 'a b', 'spans': ''} | 7 | a b",
        "{'docid': '7', 'url': 'u', 'title': 't', 'headings': 'h', 'body': 'a b'} | 7 | t a b",
        "{'docid': '7', 'title': 't', 'segment': 'a b', 'start_char': 0} | 7 | t a b",
        "{'docid': '7', 'qid': '1', 'content': 'a b', 'rank': 1} | 7 | a b",
        "{'id': null, '_id': '7', 'contents': null, 'text': null, 'title': 't'} | 7 | t",
        "{'id': '1', '_id': '2', 'docid': '3', 'text': 'a', 'passage': 'b'} | 1 | a",
      })
  void documents(String document, String id, String passage) throws IOException {
    assertEquals(Optional.of(id), FieldNames.documentId(json(document)));
    assertEquals(Optional.of(passage), FieldNames.passage(json(document)));
  }

  @Test
  void emptyTextsAreTexts() throws IOException {
    assertEquals(Optional.of(""), FieldNames.passage(json("{'title': '', 'text': ''}")));
    assertEquals(Optional.of("a"), FieldNames.passage(json("'a'")));
    assertEquals(Optional.empty(), FieldNames.passage(json("{'doc': null}")));
    assertEquals(Optional.empty(), FieldNames.query(json("{'title': ' ', 'text': {}}")));
  }

  /** A title is not the passage of a document whose text is in a form that is not read. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'id': '7', 'title': 't', 'contents': [{'type': 'kicker', 'content': 'a'}]} | contents | array",
        "{'_id': '7', 'title': 't', 'text': ['a', 'b']} | text | array",
        "{'id': '7', 'title': 't', 'contents': null, 'body': {'en': 'a'}} | body | object",
        "{'id': '7', 'abstract': 1984} | abstract | number",
      })
  void textsThatAreNoStringsAreNotPassages(String document, String field, String type)
      throws IOException {
    assertEquals(Optional.empty(), FieldNames.passage(json(document)));
    assertEquals(Optional.of(field), FieldNames.unreadText(json(document)));
    assertEquals(
        "no text: field " + field + " must be a string, but its type is " + type,
        FieldNames.noPassage(json(document)));
  }

  @Test
  void aStringIsReadNextToOtherForms() throws IOException {
    assertEquals(
        Optional.of("t a"),
        FieldNames.passage(json("{'title': 't', 'contents': ['a'], 'body': 'a'}")));
    assertEquals(
        Optional.of("a"), FieldNames.passage(json("{'contents': 'a', 'text': ['b', 'c']}")));
  }

  @Test
  void errorsListWhatWasExpectedAndWhatIsThere() throws IOException {
    assertEquals(
        "no topic id: expected a field id, qid, _id, query_id or topic_id; the fields are"
            + " number, narr",
        FieldNames.noTopicId(json("{'number': 1, 'narr': ''}")));
    assertEquals(
        "no document id: expected a field id, _id, pid, docid, doc_id or docno; there is no"
            + " field",
        FieldNames.noDocumentId(json("{}")));
  }
}
