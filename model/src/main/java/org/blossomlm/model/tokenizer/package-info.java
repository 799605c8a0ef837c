/** Tokenizers from GGUF metadata and from {@code tokenizer.json}. */
@NullMarked
package org.blossomlm.model.tokenizer;

import org.jspecify.annotations.NullMarked;
