/**
 * Model folders downloaded from a Hugging Face hub, into the cache that Python shares.
 *
 * <p>{@link io.lucerna.instrumentation.hub.HubClient} returns the folder of a model's snapshot;
 * {@link io.lucerna.instrumentation.hub.HubSettings} reads the environment variables that
 * huggingface_hub reads.
 *
 * <p>For example, {@code new HubClient(HubSettings.from(System.getenv(), home),
 * progress).snapshot("org/name", "main")}.
 *
 * <p>Never:
 *
 * <ul>
 *   <li>Send the token to another host than the hub's own.
 *   <li>Show a file under its name before its size and hash are verified.
 * </ul>
 */
@NullMarked
package io.lucerna.instrumentation.hub;

import org.jspecify.annotations.NullMarked;
