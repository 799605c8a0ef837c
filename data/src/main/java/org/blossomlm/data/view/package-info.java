/** A local page to browse, search and compare records, however large their file. */
@NullMarked
package org.blossomlm.data.view;

import org.jspecify.annotations.NullMarked;
