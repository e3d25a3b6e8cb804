// Feeds the engines with what libFuzzer makes up. See Docs/fuzzing.md.

import Glibc

/// libFuzzer's own main function, which SwiftPM's takes the place of.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What the runtime library asks for although it is never called: the driver is told what to run.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  Fuzz.target(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

@main
enum Fuzz {
  /// What is fed; chosen once, before libFuzzer starts.
  nonisolated(unsafe) static var target: ([UInt8]) -> Void = { _ in }

  /// `fuzz --list` names the targets, `fuzz --target=NAME …` runs one; the rest is libFuzzer's,
  /// which passes over words with two dashes and repeats them to processes of its own.
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.contains("--list") {
      for target in FuzzTarget.all { print(target.name) }
      return
    }
    let name = arguments.first { $0.hasPrefix("--target=") }?.dropFirst("--target=".count)
    guard let chosen = FuzzTarget.all.first(where: { $0.name == name ?? "" }) else {
      print("usage: fuzz --list | fuzz --target=NAME [libFuzzer's arguments]")
      exit(64)
    }
    target = chosen.run
    var count = CommandLine.argc
    var words = CommandLine.unsafeArgv
    let code = runDriver(&count, &words) { bytes, count in
      Fuzz.target(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
    exit(code)
  }
}
