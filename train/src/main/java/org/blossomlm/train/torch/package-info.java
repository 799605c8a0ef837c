/**
 * libtorch as the rest of this module sees it: start-up, scopes, mapped weights as tensors. Nothing
 * here knows what a transformer is.
 */
@NullMarked
package org.blossomlm.train.torch;

import org.jspecify.annotations.NullMarked;
