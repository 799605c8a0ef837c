/**
 * A Jinja template engine with Python's semantics and printing, for chat templates. Usable alone.
 */
@NullMarked
package org.blossomlm.model.jinja;

import org.jspecify.annotations.NullMarked;
