/** Text that remembers which of its characters a template wrote and which came from a user. */
@NullMarked
package org.blossomlm.model.text;

import org.jspecify.annotations.NullMarked;
