package org.blossomlm.train.report;

/**
 * What a run was computed on: {@code machine.json}. Texts are empty and numbers 0 where they are
 * not known.
 *
 * @param processor as it calls itself
 * @param memoryBytes of the machine
 * @param system name, version and architecture
 * @param java version and vendor
 * @param device {@code cpu}, or the name of a GPU
 * @param libtorch version
 * @param blas the library that multiplies matrices
 * @param fp32Gflops measured peak of fp32 products, in 10^9 operations a second
 * @param bf16Gflops of bf16 products
 */
public record Machine(
    String processor,
    int threads,
    long memoryBytes,
    String system,
    String java,
    String device,
    String libtorch,
    String blas,
    double fp32Gflops,
    double bf16Gflops) {}
