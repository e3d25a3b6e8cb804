import Glibc

/// How well a Wi-Fi interface hears its access point, as the kernel tells everybody.
///
/// Source: proc(5), `/proc/net/wireless`. Kernels without the wireless extensions, and drivers of
/// the newest cards, have no such file: then there is no figure, which is no fault.
struct WirelessSignal: Sendable, Hashable {
  /// The kernel's file.
  static let statusFile = "/proc/net/wireless"
  /// Bytes that are looked at; a line has about 80.
  static let maximumByteCount = 16_384
  /// The kernel's word for a noise level it does not know.
  private static let unknownNoise = -256

  /// In the driver's own scale, mostly 0…70.
  var linkQuality: Int?
  /// Strength of the signal; above -60 is good, below -80 hardly usable. Nil if the driver has a
  /// scale of its own.
  var levelDBm: Int?
  var noiseDBm: Int?

  /// Reads the line of one interface; nil if there is none, as for a cable.
  init?(of interface: String, in text: String) {
    for line in text.split(whereSeparator: \.isNewline).prefix(64) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == interface else { continue }
      // Status, link quality, level, noise; a point behind a number says that it is new.
      let fields = parts[1].split(separator: " ")
      guard fields.count >= 4 else { return nil }
      let numbers = fields[1...3].map { Int($0.last == "." ? $0.dropLast() : $0) }
      linkQuality = numbers[0].flatMap { 0...255 ~= $0 ? $0 : nil }
      levelDBm = numbers[1].flatMap { -255..<0 ~= $0 ? $0 : nil }
      noiseDBm = numbers[2].flatMap { -255..<0 ~= $0 && $0 != Self.unknownNoise ? $0 : nil }
      guard linkQuality != nil || levelDBm != nil else { return nil }
      return
    }
    return nil
  }

  /// The signal of this moment.
  ///
  /// - Parameter statusFile: Another than the kernel's only for tests.
  static func current(
    of interface: String, statusFile: String = WirelessSignal.statusFile
  ) -> WirelessSignal? {
    KernelFile.text(statusFile, limit: maximumByteCount).flatMap {
      WirelessSignal(of: interface, in: $0)
    }
  }
}

/// Small text files the kernel makes while they are read.
enum KernelFile {
  /// The beginning of the file; nil if it cannot be read.
  static func text(_ path: String, limit: Int) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = read(descriptor, &part, min(part.count, limit - bytes.count))
      if count < 0 { return nil }
      if count == 0 { break }
      bytes += part[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
