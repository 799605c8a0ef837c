/** The {@code blossom} command: each command calls one library entry point. */
@NullMarked
package org.blossomlm.cli;

import org.jspecify.annotations.NullMarked;
