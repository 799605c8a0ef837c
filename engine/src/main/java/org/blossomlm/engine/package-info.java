/**
 * A model in motion: load a model, stream a chat, stop it, close it.
 *
 * {@snippet class="org.blossomlm.engine.Snippets" region="chat"}
 *
 * <p>Text that is no chat goes through a {@link Session}:
 *
 * {@snippet class="org.blossomlm.engine.Snippets" region="complete"}
 *
 * <p>Many requests at once go through a {@link Scheduler}.
 */
@NullMarked
package org.blossomlm.engine;

import org.jspecify.annotations.NullMarked;
