/** Chat messages and the templates that turn them into prompts. */
@NullMarked
package org.blossomlm.model.chat;

import org.jspecify.annotations.NullMarked;
