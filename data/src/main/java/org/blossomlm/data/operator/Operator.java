package org.blossomlm.data.operator;

/**
 * One step of a recipe. Operators have no state of their own between records or runs, so that the
 * same recipe gives the same result whatever runs beside or before it.
 */
public sealed interface Operator permits RecordOperator, SetOperator {}
