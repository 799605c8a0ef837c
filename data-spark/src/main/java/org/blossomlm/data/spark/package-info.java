/**
 * Runs of recipes on Apache Spark. The driver reads and writes all files and asks the teachers; the
 * executors send records through operators and find clusters of duplicates.
 */
@NullMarked
package org.blossomlm.data.spark;

import org.jspecify.annotations.NullMarked;
