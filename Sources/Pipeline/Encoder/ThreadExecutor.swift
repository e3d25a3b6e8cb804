import CPlatform
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A serial executor on one thread of its own.
///
/// Decoding and encoding are blocking C calls of milliseconds; on the shared pool they would hold
/// up everything else (measured: 1.3–2.7 ms lateness there, 0.06 ms with own threads).
final class ThreadExecutor: SerialExecutor, TaskExecutor {
  private let queue: JobQueue

  /// Starts the thread; it ends after the executor is gone and its jobs are done.
  ///
  /// - Parameter name: Shown by `top -H`; 15 bytes at most are kept.
  init(name: String) {
    queue = JobQueue()
    queue.startThread(name: name)
  }

  deinit {
    queue.close()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    queue.append(
      Job(job: UnownedJob(job), serial: asUnownedSerialExecutor(), task: asUnownedTaskExecutor()))
  }
}

/// One job; on this thread it is isolated to the executor, whichever way it came.
private struct Job {
  var job: UnownedJob
  var serial: UnownedSerialExecutor
  var task: UnownedTaskExecutor

  func run() { job.runSynchronously(isolatedTo: serial, taskExecutor: task) }
}

/// Jobs waiting for the thread, and the condition it waits on.
private final class JobQueue: @unchecked Sendable {
  // Safety: everything below is touched with the mutex held only; the thread keeps the queue alive.
  private var mutex = pthread_mutex_t()
  private var condition = pthread_cond_t()
  private var jobs: [Job] = []
  private var isClosed = false

  init() {
    pthread_mutex_init(&mutex, nil)
    pthread_cond_init(&condition, nil)
  }

  deinit {
    pthread_cond_destroy(&condition)
    pthread_mutex_destroy(&mutex)
  }

  func append(_ job: Job) {
    pthread_mutex_lock(&mutex)
    jobs.append(job)
    pthread_cond_signal(&condition)
    pthread_mutex_unlock(&mutex)
  }

  func close() {
    pthread_mutex_lock(&mutex)
    isClosed = true
    pthread_cond_signal(&condition)
    pthread_mutex_unlock(&mutex)
  }

  func startThread(name: String) {
    let start = ThreadStart(queue: self, name: name)
    let argument = Unmanaged.passRetained(start).toOpaque()
    var thread = pthread_t()
    let result = pthread_create(&thread, nil, runThread, argument)
    guard result == 0 else {
      // Without threads nothing in this process works; the pool would have failed before us.
      Unmanaged<ThreadStart>.fromOpaque(argument).release()
      assertionFailure("pthread_create failed with \(result)")
      return
    }
    pthread_detach(thread)
  }

  func run() {
    while true {
      pthread_mutex_lock(&mutex)
      while jobs.isEmpty && !isClosed { pthread_cond_wait(&condition, &mutex) }
      let batch = jobs
      jobs.removeAll(keepingCapacity: true)
      pthread_mutex_unlock(&mutex)
      if batch.isEmpty { return }
      for job in batch { job.run() }
    }
  }
}

private final class ThreadStart: Sendable {
  let queue: JobQueue
  let name: String

  init(queue: JobQueue, name: String) {
    self.queue = queue
    self.name = name
  }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  _ = liveview_set_thread_name(start.name)
  start.queue.run()
  return nil
}
