import Foundation
import TestSupport
import Testing

@testable import Inputs

@Suite struct WirelessSignalTests {
  private static let table = """
    Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
     face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
     wlan0: 0000   70.  -39.  -256        0      0      0      0     35        0
    wlx001122334455: 0000   41.  -69.  -95.       0      0      0      0      0        0
      old0: 0000   30    190    161        0      0      0      0      0        0

    """

  @Test func readsTheNamedInterface() {
    let near = WirelessSignal(of: "wlan0", in: Self.table)
    #expect(near?.levelDBm == -39)
    #expect(near?.linkQuality == 70)
    #expect(near?.noiseDBm == nil)
    let far = WirelessSignal(of: "wlx001122334455", in: Self.table)
    #expect(far?.levelDBm == -69)
    #expect(far?.noiseDBm == -95)
  }

  @Test func aScaleOfTheDriversOwnIsNoLevel() {
    let signal = WirelessSignal(of: "old0", in: Self.table)
    #expect(signal?.levelDBm == nil)
    #expect(signal?.linkQuality == 30)
  }

  @Test(arguments: ["eth0", "wlan", "", "face", "Inter-|"])
  func othersHaveNoSignal(name: String) {
    #expect(WirelessSignal(of: name, in: Self.table) == nil)
  }

  @Test func aKernelWithoutTheFileIsNoFault() {
    #expect(WirelessSignal.current(of: "wlan0", statusFile: "/nowhere/wireless") == nil)
    #expect(WirelessSignal.current(of: "wlan0", statusFile: "/") == nil)
  }

  @Test func readsNoMoreThanItsLimit() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "wireless-\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = String(repeating: "x: 0 1 2 3\n", count: 2000)
    try Data((lines + Self.table).utf8).write(to: file)
    #expect(WirelessSignal.current(of: "wlan0", statusFile: file.path) == nil)
    try Data(Self.table.utf8).write(to: file)
    #expect(WirelessSignal.current(of: "wlan0", statusFile: file.path)?.levelDBm == -39)
  }

  @Test func survivesAnyText() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      let bytes = Mutation.mutate(Array(Self.table.utf8), using: &generator)
      let signal = WirelessSignal(of: "wlan0", in: String(decoding: bytes, as: UTF8.self))
      if let level = signal?.levelDBm { #expect(-255..<0 ~= level) }
    }
  }
}
