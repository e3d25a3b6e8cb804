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
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// One of the main package's targets, with the same name and dependencies.
func subject(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
  let flags = ["-O", "-assert-config", "Debug", "-enable-testing", "-sanitize=fuzzer"]
  return .target(
    name: name, dependencies: dependencies + [nio], path: path,
    swiftSettings: settings + [.unsafeFlags(flags)])
}

/// An executable with libFuzzer in it; the Gold linker, SwiftPM's default here, would drop the
/// tables of the instrumentation.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies,
    swiftSettings: settings + [
      // As the configuration library has it, whose protocols the harness meets.
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      .unsafeFlags(["-O", "-parse-as-library"]),
    ],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
}

let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
  ],
  targets: [
    subject("Media", "Subjects/Media", []),
    subject("JSON", "Subjects/Engines/JSON", []),
    subject("SonyCamera", "Subjects/Engines/SonyCamera", ["Media", "JSON"]),
    subject("RTP", "Subjects/Engines/RTP", ["Media"]),
    subject("SDP", "Subjects/Engines/SDP", ["Media"]),
    subject("RTSP", "Subjects/Engines/RTSP", ["Media", "SDP", "RTP", crypto]),
    subject("SoraControl", "Subjects/Engines/SoraControl", ["Media", "JSON"]),
    subject("H264", "Subjects/Engines/H264", ["Media"]),
    // Only what settings are made of: the whole targets need codecs, sockets and TLS.
    subject("Pipeline", "Subjects/Pipeline/Settings", [configuration]),
    subject("Outputs", "PushSettings", ["Pipeline", "SDP"]),
    fuzzer(
      "fuzz", ["Media", "JSON", "SonyCamera", "RTP", "SDP", "RTSP", "H264", "SoraControl", nio]),
    // Apart, because the short run has no time for what it depends on.
    fuzzer("fuzz-settings", ["Pipeline", "Outputs", configuration, nio]),
  ]
)
