package org.blossomlm.train.example;

/**
 * Where an answer is in a rendered conversation.
 *
 * @param start after the prompt that it follows in use
 * @param end after the token that ends it
 * @param reasoningEnd after what the model thought before it answered; {@code start} if nothing of
 *     that is written
 */
record AnswerSpan(int start, int end, int reasoningEnd) {}
