/** The numerical kernels and their providers: scalar (the specification), vector, native. */
@NullMarked
package org.blossomlm.engine.kernels;

import org.jspecify.annotations.NullMarked;
