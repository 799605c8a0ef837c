/** A model at rest: what all readers of model files share. */
@NullMarked
package org.blossomlm.model;

import org.jspecify.annotations.NullMarked;
