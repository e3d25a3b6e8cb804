/// The camera's few threads for requests: whoever finds none free waits for one.
///
/// A request has its worker until it is answered; a long poll and the stream keep theirs.
///
/// Source: Sony's on-camera application: 7 worker threads, 10 connections.
struct CameraWorkers {
  struct Waiting {
    let connection: ObjectIdentifier
    let work: @Sendable (isolated SimulatedCamera) -> Void
  }

  var limit: Int
  private var busy: Set<ObjectIdentifier> = []
  private var waiting: [Waiting] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// - Returns: Whether the work can be done now; otherwise ``next()`` gives it back.
  mutating func take(_ work: Waiting) -> Bool {
    guard busy.count < limit else {
      waiting.append(work)
      return false
    }
    busy.insert(work.connection)
    return true
  }

  /// The connection is done with its request, or gone.
  mutating func release(_ connection: ObjectIdentifier) {
    waiting.removeAll { $0.connection == connection }
    busy.remove(connection)
  }

  /// Who is next, if a worker is free.
  mutating func next() -> Waiting? {
    guard busy.count < limit, !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst()
    busy.insert(next.connection)
    return next
  }
}

extension SimulatedCamera {
  /// Does `work` as soon as a worker is free for this connection.
  func withWorker(
    for id: ObjectIdentifier, _ work: @escaping @Sendable (isolated SimulatedCamera) -> Void
  ) {
    if workers.take(.init(connection: id, work: work)) { work(self) }
  }

  func releaseWorker(of id: ObjectIdentifier) {
    workers.release(id)
    serveWaiting()
  }

  /// Gives free workers to whoever waits.
  func serveWaiting() {
    while let next = workers.next() { next.work(self) }
  }
}
