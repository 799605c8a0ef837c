package org.blossomlm.data.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Future;
import org.blossomlm.data.dedup.Clusters;
import org.blossomlm.data.recipe.Recipe;

/**
 * Machines that work on the records of a run instead of the threads of this process. Found by name
 * among the services on the class path, so that nobody carries an engine that is not used.
 *
 * <p>The run itself stays here: it reads and writes all files, in the order of the records, keeps
 * the journal, and asks the teachers. An engine gets batches of records, and stages' files to look
 * for clusters in; what it answers must not depend on which machine worked on what.
 */
public interface RunEngine {
  /** As the command line calls it. */
  String name();

  /**
   * The engine on given machines.
   *
   * @param master where they are, as the engine understands it
   */
  Opener on(String master);

  /** The engine of this name, if it is on the class path. */
  static Optional<RunEngine> named(String name) {
    return ServiceLoader.load(RunEngine.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(engine -> engine.name().equals(name))
        .findFirst();
  }

  /** Begins to use an engine for a run. */
  @FunctionalInterface
  interface Opener {
    /**
     * @param folder of the run
     * @param teachers to be asked here, for all machines
     * @param workers records that one batch works on at once
     * @throws org.blossomlm.data.DataException if the machines cannot be used, or not for this
     *     recipe
     */
    Session open(Recipe recipe, Path folder, TeacherPool teachers, int workers);
  }

  /** An engine in the service of a run. Used by one thread. */
  interface Session extends AutoCloseable {
    /** How many batches are worked on at once. */
    int slots();

    /**
     * Begins to send records through the operators of a stage.
     *
     * @param stage its place in the run, from 0
     * @return the results, in the order of the batches; cancelling it gives the work up
     */
    Future<List<WorkedBatch>> work(int stage, List<RecordBatch> batches);

    /**
     * Finds the clusters of the {@link org.blossomlm.data.dedup.ClusterOperator} of a stage.
     *
     * @param file of the stage before
     * @param slices of the file, all together the whole of it
     * @param size records of the file
     */
    Future<Found> clusters(int stage, Path file, List<FileSlice> slices, int size);

    @Override
    void close();
  }

  /** Clusters, and how many pairs of records were compared for them. */
  record Found(Clusters clusters, long comparedPairs) {}
}
