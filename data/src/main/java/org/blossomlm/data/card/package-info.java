/** Dataset cards: what a published data set says about itself. */
@NullMarked
package org.blossomlm.data.card;

import org.jspecify.annotations.NullMarked;
