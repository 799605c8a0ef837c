/** What is in a model file, for people. */
@NullMarked
package org.blossomlm.cli.report;

import org.jspecify.annotations.NullMarked;
