/** Steps, evaluation, metrics and the guards around them. */
@NullMarked
package org.blossomlm.train.loop;

import org.jspecify.annotations.NullMarked;
