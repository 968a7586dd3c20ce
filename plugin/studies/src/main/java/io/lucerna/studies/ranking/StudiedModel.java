package io.lucerna.studies.ranking;

/**
 * The model that a study looks into.
 *
 * @param name as it was asked for; a part of the tags of runs
 * @param sha256 hash of its weights
 * @param layers number of blocks
 * @param heads attention heads of each block
 */
public record StudiedModel(String name, String sha256, int layers, int heads) {}
