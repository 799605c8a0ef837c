package org.blossomlm.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for a place, a queue for each client. The clients stand in the order in which
 * they got their last place. Not thread-safe.
 */
final class RequestQueue {
  private final int limit;
  private final int limitPerClient;
  private final Map<String, Queue<QueuedRequest>> clients = new LinkedHashMap<>();
  private int size;

  /**
   * @param limitPerClient does not concern the client without a name
   */
  RequestQueue(int limit, int limitPerClient) {
    this.limit = limit;
    this.limitPerClient = limitPerClient;
  }

  int size() {
    return size;
  }

  /**
   * @throws QueueFullException if too many wait
   */
  void add(QueuedRequest request) {
    if (size >= limit) {
      throw new QueueFullException(
          "%d requests are waiting, and no more may (queue); try again later".formatted(size));
    }
    Queue<QueuedRequest> queue = clients.get(request.client());
    if (queue == null) {
      queue = new ArrayDeque<>();
    } else if (!request.client().isEmpty() && queue.size() >= limitPerClient) {
      throw new QueueFullException(
          "%d requests of this client are waiting, and no more may (queuePerClient); try again later"
              .formatted(queue.size()));
    }
    queue.add(request);
    clients.put(request.client(), queue);
    size++;
  }

  /** The request whose turn it is; null if none waits. */
  @Nullable QueuedRequest peek(ToIntFunction<String> running) {
    QueuedRequest next = null;
    int fewest = Integer.MAX_VALUE;
    for (var entry : clients.entrySet()) {
      int its = running.applyAsInt(entry.getKey());
      if (its < fewest) {
        fewest = its;
        next = entry.getValue().peek();
      }
    }
    return next;
  }

  /** Takes the first request of its client out and sends the client to the end. */
  void remove(QueuedRequest first) {
    Queue<QueuedRequest> queue = clients.remove(first.client());
    if (queue == null || queue.poll() != first) {
      throw new IllegalStateException("not the first request of its client");
    }
    if (!queue.isEmpty()) {
      clients.put(first.client(), queue);
    }
    size--;
  }

  /** All that wait, in a new list. */
  List<QueuedRequest> all() {
    List<QueuedRequest> all = new ArrayList<>(size);
    clients.values().forEach(all::addAll);
    return all;
  }

  void removeAll(List<QueuedRequest> requests) {
    if (requests.isEmpty()) {
      return;
    }
    Set<QueuedRequest> gone = Set.copyOf(requests);
    clients.values().forEach(queue -> queue.removeIf(gone::contains));
    clients.values().removeIf(Queue::isEmpty);
    size = clients.values().stream().mapToInt(Queue::size).sum();
  }
}
