/**
 * Answers to mathematical problems: where a solution states them, what they mean, when they agree.
 */
@NullMarked
package org.blossomlm.data.math;

import org.jspecify.annotations.NullMarked;
