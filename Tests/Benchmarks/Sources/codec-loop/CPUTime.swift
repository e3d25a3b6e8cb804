import Glibc

/// CPU time spent so far, in microseconds.
enum CPUTime {
  static var ofThread: Double { read(CLOCK_THREAD_CPUTIME_ID) }
  static var ofProcess: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }
}
