package org.blossomlm.data.teacher;

import java.time.Duration;

/**
 * A service answers nobody; calls wait for it.
 *
 * @param teacher as the recipe calls it
 * @param since how long nobody has been answered
 * @param patience after which the run stops
 * @param said what was heard last: a status with the beginning of the body, or what happened on the
 *     wire
 */
public record TeacherPause(String teacher, Duration since, Duration patience, String said) {}
