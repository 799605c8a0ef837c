package org.blossomlm.model.jinja;

import java.util.List;
import java.util.Map;

/** A parsed template. */
record Template(List<Statement> body, Map<String, Statement.Block> blocks) {}
