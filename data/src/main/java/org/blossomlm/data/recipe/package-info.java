/**
 * Recipes: what is to be done, read from YAML or made in code, checked completely before a run
 * begins.
 */
@NullMarked
package org.blossomlm.data.recipe;

import org.jspecify.annotations.NullMarked;
