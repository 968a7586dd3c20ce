package io.lucerna.topics.perturb;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/** Texts in an index in memory, in order. */
record SmallIndex(List<String> texts, DirectoryReader reader) implements AutoCloseable {
  static final String FIELD = "contents";
  static final Analyzer ANALYZER = new EnglishAnalyzer();

  static SmallIndex of(List<String> texts) throws IOException {
    ByteBuffersDirectory directory = new ByteBuffersDirectory();
    IndexWriterConfig config =
        new IndexWriterConfig(ANALYZER).setSimilarity(new BM25Similarity(0.9f, 0.4f));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (String text : texts) {
        Document document = new Document();
        document.add(new TextField(FIELD, text, Field.Store.NO));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    return new SmallIndex(List.copyOf(texts), DirectoryReader.open(directory));
  }

  /** What perturbations need, with the index's own texts as donors. */
  Subject.Resources resources() throws IOException {
    return new Subject.Resources(
        new TextAnalysis(ANALYZER, FIELD),
        new LuceneStatistics(reader, FIELD),
        (topic, random) -> Optional.of(texts.get(random.nextInt(texts.size()))),
        Optional.of(new SpellingSimilarity()));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
