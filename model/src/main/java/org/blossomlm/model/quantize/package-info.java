/** Quantising: which type each tensor gets, and the search for the best blocks of that type. */
@NullMarked
package org.blossomlm.model.quantize;

import org.jspecify.annotations.NullMarked;
