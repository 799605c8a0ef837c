/** A conversation at the terminal: its settings, its commands, and how answers are shown. */
@NullMarked
package org.blossomlm.cli.chat;

import org.jspecify.annotations.NullMarked;
