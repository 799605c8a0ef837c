/** The safetensors format: files, sharded models, a reader that trusts nothing and a writer. */
@NullMarked
package org.blossomlm.model.safetensors;

import org.jspecify.annotations.NullMarked;
