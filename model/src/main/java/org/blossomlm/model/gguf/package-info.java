/** The GGUF container: reader over memory-mapped files, split files, and a streaming writer. */
@NullMarked
package org.blossomlm.model.gguf;

import org.jspecify.annotations.NullMarked;
