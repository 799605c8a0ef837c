/** Files that a user reads and writes: JSON, and writing whole or not at all. */
@NullMarked
package org.blossomlm.cli.files;

import org.jspecify.annotations.NullMarked;
