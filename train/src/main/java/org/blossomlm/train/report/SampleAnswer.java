package org.blossomlm.train.report;

/** What the model answered at a step: a line of {@code samples.jsonl}. */
public record SampleAnswer(long step, String prompt, String answer) {}
