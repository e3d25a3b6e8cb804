// swift-tools-version: 6.2
import PackageDescription

// Feeds the engines with what libFuzzer makes up; see Docs/fuzzing.md and deploy/fuzz.sh.
//
// A package of its own so that the main build stays lean. It builds the engines' own sources
// (`Subjects` is a link to `Sources`) a second time: optimised, with assertions, and with
// libFuzzer's instrumentation in them alone, so that what it counts as new is new in an engine.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// One of the main package's targets, with the same name and dependencies.
func subject(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  let flags = ["-O", "-assert-config", "Debug", "-enable-testing", "-sanitize=fuzzer"]
  return .target(
    name: name, dependencies: dependencies + [nio], path: "Subjects/\(path)",
    swiftSettings: settings + [.unsafeFlags(flags)])
}

let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    subject("Media", "Media", []),
    subject("SonyCamera", "Engines/SonyCamera", ["Media"]),
    subject("RTP", "Engines/RTP", ["Media"]),
    subject("SDP", "Engines/SDP", ["Media"]),
    subject("RTSP", "Engines/RTSP", ["Media", "SDP", "RTP", crypto]),
    subject("H264", "Engines/H264", ["Media"]),
    .executableTarget(
      name: "fuzz",
      dependencies: ["Media", "SonyCamera", "RTP", "SDP", "RTSP", "H264", nio],
      swiftSettings: settings + [.unsafeFlags(["-O", "-parse-as-library"])],
      // The Gold linker, SwiftPM's default here, drops the tables of the instrumentation.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
)
