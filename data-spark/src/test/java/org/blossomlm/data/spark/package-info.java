@NullMarked
package org.blossomlm.data.spark;

import org.jspecify.annotations.NullMarked;
