/** Shapes of records in files: JSON objects as different programs write them, and records. */
@NullMarked
package org.blossomlm.data.format;

import org.jspecify.annotations.NullMarked;
