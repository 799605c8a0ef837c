/** Files of records: read and written as streams, whatever their size. */
@NullMarked
package org.blossomlm.data.file;

import org.jspecify.annotations.NullMarked;
