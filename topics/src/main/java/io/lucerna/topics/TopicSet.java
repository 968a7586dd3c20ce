package io.lucerna.topics;

import io.lucerna.base.Given;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Topics with distinct ids, in the order of their file. Immutable and never empty. */
public final class TopicSet implements Iterable<Topic> {
  private final String name;
  private final Map<String, Topic> byId;

  /**
   * Collects topics under a name.
   *
   * @param name what the set is called in messages and reports, such as its file's name
   * @param topics the topics, in order
   * @throws IllegalArgumentException if there is no topic, or an id occurs twice
   */
  public TopicSet(String name, Collection<Topic> topics) {
    Given.value(name, "the name of the topic set");
    Given.list(topics, "topics", "topic");
    Map<String, Topic> map = new LinkedHashMap<>();
    for (Topic topic : topics) {
      if (map.putIfAbsent(topic.id(), topic) != null) {
        throw new IllegalArgumentException(
            "topic set " + name + " has topic id '" + topic.id() + "' twice");
      }
    }
    if (map.isEmpty()) {
      throw new IllegalArgumentException("topic set " + name + " has no topics");
    }
    this.name = name;
    this.byId = Collections.unmodifiableMap(map);
  }

  /** {@return what the set is called} */
  public String name() {
    return name;
  }

  /** {@return the number of topics, at least 1} */
  public int size() {
    return byId.size();
  }

  /**
   * {@return the topic of this id, if there is one}
   *
   * @param id a topic's id, as runs write it
   */
  public Optional<Topic> get(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** {@return all topics, in order} */
  public List<Topic> topics() {
    return List.copyOf(byId.values());
  }

  @Override
  public Iterator<Topic> iterator() {
    return byId.values().iterator();
  }

  @Override
  public String toString() {
    return name + " (" + size() + " topics)";
  }
}
