/** Models that write and judge data. */
@NullMarked
package org.blossomlm.data.teacher;

import org.jspecify.annotations.NullMarked;
