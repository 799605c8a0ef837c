/**
 * Running recipes: stages that stream records through operators, in a folder from which a run goes
 * on after whatever ended it.
 */
@NullMarked
package org.blossomlm.data.run;

import org.jspecify.annotations.NullMarked;
