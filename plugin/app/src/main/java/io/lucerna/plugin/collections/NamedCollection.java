package io.lucerna.plugin.collections;

import io.lucerna.anserini.PassageCleaning;
import io.lucerna.topics.TopicFormat;
import java.util.List;
import java.util.Optional;

/**
 * A collection that commands know by name.
 *
 * @param name what it is called, the same as in Anserini's tables where it is there
 * @param description what it is, and where its documents come from if they cannot be fetched
 * @param corpus the documents: a file to index, or a {@code .tar.gz} of them; empty if they must be
 *     brought
 * @param indexFlags Anserini's IndexCollection flags, but for {@code -input}, {@code -index} and
 *     {@code -threads}
 * @param topics the topics file
 * @param topicFormat its format
 * @param qrels the judgments, in TREC form
 * @param level the lowest grade that is relevant, as its measures are published
 * @param cleaning how stored text becomes a passage
 * @param firstStages rankings that come with it
 */
public record NamedCollection(
    String name,
    String description,
    Optional<Source> corpus,
    List<String> indexFlags,
    Source topics,
    TopicFormat topicFormat,
    Source qrels,
    int level,
    PassageCleaning cleaning,
    FirstStages firstStages) {}
