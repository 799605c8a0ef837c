/**
 * How fast a machine runs a model: speeds beside what the machine's memory and arithmetic allow,
 * and models of random weights to measure with where there is nothing to download.
 */
@NullMarked
package org.blossomlm.bench;

import org.jspecify.annotations.NullMarked;
