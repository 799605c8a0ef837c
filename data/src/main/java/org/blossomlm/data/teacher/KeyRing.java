package org.blossomlm.data.teacher;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.blossomlm.data.DataException;

/**
 * The keys of a service, each with the rate limits of its own. A call gets the key that is ready
 * first, in turns where several are. A key that the service asks to spare pauses; one that it
 * refuses is used no more.
 */
final class KeyRing {
  private final String teacher;
  private final Duration patience;
  private final List<ApiKey> keys = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private String refusal = "";
  private int next;

  private KeyRing(String teacher, List<String> secrets, CallLimits limits, Duration patience) {
    this.teacher = teacher;
    this.patience = patience;
    secrets.forEach(secret -> keys.add(new ApiKey(Optional.of(secret), limits)));
    if (keys.isEmpty()) {
      keys.add(new ApiKey(Optional.empty(), limits));
    }
  }

  /**
   * @param environment where the keys are
   * @throws DataException if a variable is not set or holds something that no HTTP header can
   */
  static KeyRing of(ServiceSettings settings, Map<String, String> environment) {
    List<String> secrets = new ArrayList<>();
    for (String variable : settings.keyVariables()) {
      String value = environment.getOrDefault(variable, "");
      int before = secrets.size();
      for (String secret : value.split(",")) {
        if (!secret.isBlank()) {
          secrets.add(secret.strip());
        }
      }
      if (secrets.size() == before) {
        throw new DataException(
            "teacher "
                + settings.name()
                + ": the environment variable "
                + variable
                + " with the key of "
                + settings.base().getHost()
                + " is not set; set it, or say keys: [] if the service needs none");
      }
      if (!secrets.stream().allMatch(secret -> secret.chars().allMatch(c -> c > 32 && c < 127))) {
        throw new DataException(
            "teacher "
                + settings.name()
                + ": the environment variable "
                + variable
                + " holds characters that no key has");
      }
    }
    return new KeyRing(settings.name(), secrets, settings.limits(), settings.retry().patience());
  }

  /**
   * Waits until a key may be used for a call of {@code tokens}.
   *
   * @throws TeacherUnavailableException if all were refused, or must be spared for too long
   */
  ApiKey take(long tokens) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        long now = System.nanoTime();
        ApiKey key = soonest(now, tokens);
        long wait = key.ready(now, tokens) - now;
        if (wait <= 0) {
          key.take(now, tokens);
          next = (keys.indexOf(key) + 1) % keys.size();
          return key;
        }
        // Not reserved: who waits looks again, so that pauses and returned tokens count for all.
        changed.await(wait, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  private ApiKey soonest(long now, long tokens) {
    ApiKey soonest = null;
    for (int i = 0; i < keys.size(); i++) {
      ApiKey key = keys.get((next + i) % keys.size());
      if (!key.refused
          && (soonest == null || key.ready(now, tokens) - soonest.ready(now, tokens) < 0)) {
        soonest = key;
      }
    }
    if (soonest == null) {
      throw new TeacherUnavailableException(
          "teacher " + teacher + ": the service refuses every key; it said: " + refusal);
    }
    if (soonest.pausedUntil - now > patience.toNanos()) {
      throw new TeacherUnavailableException(
          "teacher "
              + teacher
              + ": the service asks to wait "
              + TimeUnit.NANOSECONDS.toSeconds(soonest.pausedUntil - now)
              + " s, more than patience allows ("
              + patience.toSeconds()
              + " s); it said: "
              + refusal);
    }
    return soonest;
  }

  /** The service said 429: nobody uses the key for {@code wait}. */
  void pause(ApiKey key, Duration wait, String said) {
    change(() -> {
      key.pausedUntil = Math.max(key.pausedUntil, System.nanoTime() + wait.toNanos());
      key.tooMany++;
      refusal = said;
    });
  }

  /** How often in a row the service said 429 to a key. */
  int tooMany(ApiKey key) {
    lock.lock();
    try {
      return key.tooMany;
    } finally {
      lock.unlock();
    }
  }

  /** The service knows the key not, or nobody pays for it any more. */
  void refuse(ApiKey key, String said) {
    change(() -> {
      key.refused = true;
      refusal = said;
    });
  }

  /** A call was answered that took {@code actual} tokens, not {@code estimated}. */
  void used(ApiKey key, long estimated, long actual) {
    change(() -> {
      key.tooMany = 0;
      key.tokens.take(System.nanoTime(), actual - estimated);
    });
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One key; its text form says nothing of it. */
  static final class ApiKey {
    private final Optional<String> secret;
    private final Pace requests;
    private final Pace tokens;
    private long pausedUntil = System.nanoTime();
    private int tooMany;
    private boolean refused;

    private ApiKey(Optional<String> secret, CallLimits limits) {
      this.secret = secret;
      this.requests =
          new Pace(limits.requestsPerMinute(), Math.max(1, limits.requestsPerMinute() / 60));
      this.tokens = new Pace(limits.tokensPerMinute(), Math.max(1, limits.tokensPerMinute() / 6));
    }

    /** For the header {@code Authorization}. */
    Optional<String> authorization() {
      return secret.map(text -> "Bearer " + text);
    }

    /** {@code text} without the key, should a service have sent it back. */
    String hidden(String text) {
      return secret.map(key -> text.replace(key, "***")).orElse(text);
    }

    private long ready(long now, long tokens) {
      long paced = Math.max(requests.ready(now, 1) - now, this.tokens.ready(now, tokens) - now);
      return now + Math.max(paced, pausedUntil - now);
    }

    private void take(long now, long tokens) {
      requests.take(now, 1);
      this.tokens.take(now, tokens);
    }
  }
}
