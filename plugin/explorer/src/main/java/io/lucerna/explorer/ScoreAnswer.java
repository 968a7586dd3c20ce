package io.lucerna.explorer;

import java.util.List;

/**
 * What the model gives passages that the sender brought.
 *
 * @param spec what was done to the model, in the one form that specs are printed in
 * @param scores in the order of the request
 * @param truncated how many passages the model does not read to their ends
 * @param notes what the change of the model touched, and what it did not
 */
record ScoreAnswer(String spec, float[] scores, int truncated, List<String> notes) {}
