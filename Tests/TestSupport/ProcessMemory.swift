import Foundation
import Glibc

/// What the kernel says about this test process, for tests that look for leaks.
public enum ProcessMemory {
  /// False under the address sanitizer, which keeps freed memory back for a while.
  public static var tellsLeaks: Bool { dlsym(nil, "__asan_init") == nil }

  /// Bytes in physical memory; 0 if the kernel does not tell.
  ///
  /// Source: proc(5), `/proc/self/statm`, second field, in pages of 4096 bytes.
  public static func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
  }
}
