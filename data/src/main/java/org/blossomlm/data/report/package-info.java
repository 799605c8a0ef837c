/** Pages about runs, for people. */
@NullMarked
package org.blossomlm.data.report;

import org.jspecify.annotations.NullMarked;
