/** Operators that ask a teacher: answers, judgements, translations, new instructions. */
@NullMarked
package org.blossomlm.data.generate;

import org.jspecify.annotations.NullMarked;
