package io.lucerna.plugin.regress;

import java.util.List;

/**
 * A ranking that a regression makes.
 *
 * @param stage the part that it belongs to
 * @param ranking its name
 * @param display its name for people
 * @param topics what was asked
 * @param commands the command lines that make it, in order, without the program's name
 * @param run the file that is measured
 * @param expected what should come out
 */
record Step(
    Stage stage,
    String ranking,
    String display,
    TopicSet topics,
    List<List<String>> commands,
    String run,
    List<Expectation> expected) {}
