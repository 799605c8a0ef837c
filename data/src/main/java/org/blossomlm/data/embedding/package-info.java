/** Vectors of texts, by models that run in this process. */
@NullMarked
package org.blossomlm.data.embedding;

import org.jspecify.annotations.NullMarked;
