/** What a run writes so that it can go on exactly where it was. */
@NullMarked
package org.blossomlm.train.checkpoint;

import org.jspecify.annotations.NullMarked;
