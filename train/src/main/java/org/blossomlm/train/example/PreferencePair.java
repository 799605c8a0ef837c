package org.blossomlm.train.example;

/** Two answers to the same prompt; learnt are only the answers. */
public record PreferencePair(Example chosen, Example rejected) {}
