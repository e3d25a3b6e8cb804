import Media
import Pipeline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the kernel says about this process. What it does not say is nil.
struct ProcessStatistics: Sendable {
  /// Bytes in physical memory.
  var residentBytes: Int?
  var openFileDescriptors: Int?
  /// Processor time used by all threads, user and system.
  var cpuTime: Duration
  /// When the program began, seconds since 1970.
  var startedAtUnixSeconds: Double

  /// Reads the values now; a few system calls, some ten microseconds.
  ///
  /// Source: proc(5), `/proc/self/statm` and `/proc/self/fd`; clock_gettime(2).
  init(startedAt: WallClockAnchor) {
    residentBytes = Self.readResidentBytes()
    openFileDescriptors = Self.countFileDescriptors()
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    cpuTime = .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    startedAtUnixSeconds = Double(startedAt.unixNanoseconds) / 1e9
  }

  var families: [MetricFamily] {
    var families = [
      MetricFamily(
        "bridge_process_cpu_seconds_total", .counter, "Processor time used.", cpuTime.inSeconds),
      MetricFamily(
        "bridge_process_start_time_seconds", .gauge, "When the program began, Unix time.",
        startedAtUnixSeconds),
    ]
    if let residentBytes {
      families.append(
        MetricFamily(
          "bridge_process_resident_memory_bytes", .gauge, "Physical memory used.",
          Double(residentBytes)))
    }
    if let openFileDescriptors {
      families.append(
        MetricFamily(
          "bridge_process_open_fds", .gauge, "Open file descriptors.",
          Double(openFileDescriptors)))
    }
    return families
  }

  var status: StatusValue {
    .object([
      "residentBytes": residentBytes.map { .int($0) } ?? .null,
      "openFileDescriptors": openFileDescriptors.map { .int($0) } ?? .null,
      "cpuSeconds": .seconds(cpuTime),
    ])
  }

  private static func readResidentBytes() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = fread(&bytes, 1, bytes.count, file)
    let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  private static func countFileDescriptors() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var entries = 0
    while readdir(directory) != nil { entries += 1 }
    // Not counted: `.`, `..` and the descriptor that reads the directory.
    return max(0, entries - 3)
  }
}
