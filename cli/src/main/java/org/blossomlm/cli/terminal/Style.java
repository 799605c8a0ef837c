package org.blossomlm.cli.terminal;

/** How text looks; styles combine. */
public enum Style {
  BOLD("1"),
  DIM("2"),
  ITALIC("3"),
  HEADING("1;35"),
  CODE("36");

  private final String sgr;

  Style(String sgr) {
    this.sgr = sgr;
  }

  /** Parameters of the terminal's SGR sequence (ECMA-48, 8.3.117). */
  String sgr() {
    return sgr;
  }
}
