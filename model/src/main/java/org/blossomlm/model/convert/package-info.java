/**
 * Hugging Face folders to GGUF files and back: tensors, hyper-parameters, tokenizer, chat template,
 * generation defaults and provenance. The rules are those of llama.cpp's converters, so that both
 * programs read each other's files.
 */
@NullMarked
package org.blossomlm.model.convert;

import org.jspecify.annotations.NullMarked;
