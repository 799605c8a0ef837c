/** What readers and writers of model files share: mapping files, and writing them whole or not. */
@NullMarked
package org.blossomlm.model.files;

import org.jspecify.annotations.NullMarked;
