/** What a terminal shows: styled, wrapped text and a status line. */
@NullMarked
package org.blossomlm.cli.terminal;

import org.jspecify.annotations.NullMarked;
