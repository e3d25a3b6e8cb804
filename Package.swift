// swift-tools-version: 6.2
import PackageDescription

// The house, from the ground up: Media → Engines and Libraries → Pipeline → Adapters and
// ControlPlane → App. A target may import only what its line lists; Tests/ArchitectureTests
// checks the rest of the rules in Docs/architecture.md.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func target(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}

func tests(
  _ name: String, _ path: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(path)",
    resources: resources, swiftSettings: settings)
}

func nio(_ product: String) -> Target.Dependency {
  .product(name: product, package: "swift-nio")
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "liveview-bridge",
  products: [
    .executable(name: "liveview-bridge", targets: ["LiveviewBridge"]),
    // For Tests/Fuzz, which feeds the parsers.
    .library(
      name: "BridgeEngines",
      targets: ["Media", "JSON", "SonyCamera", "RTP", "SDP", "RTSP", "H264", "SoraControl"]),
    // For Tests/Benchmarks, which measures the codec calls alone.
    .library(name: "BridgeCodecs", targets: ["Media", "TurboJPEG", "X264"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0",
      traits: [.defaults, "CommandLineArguments"]),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    // Media: the words everybody shares.
    target("Media", "Media", [nio("NIOCore")]),

    // Engines: protocol rules, no sockets, clocks, logs or tasks.
    target("JSON", "Engines/JSON", [nio("NIOCore")]),
    target("SonyCamera", "Engines/SonyCamera", ["Media", "JSON"]),
    target("RTP", "Engines/RTP", ["Media"]),
    target("SDP", "Engines/SDP", ["Media"]),
    target("RTSP", "Engines/RTSP", ["Media", "SDP", "RTP", crypto]),
    target("H264", "Engines/H264", ["Media"]),
    target("SoraControl", "Engines/SoraControl", ["Media", "JSON"]),

    // Libraries: one safe Swift face per C library.
    .systemLibrary(
      name: "CTurboJPEG", path: "Sources/Libraries/CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(
      name: "CX264", path: "Sources/Libraries/CX264", providers: [.apt(["libx264-dev"])]),
    .systemLibrary(name: "CPlatform", path: "Sources/Libraries/CPlatform"),
    .target(
      name: "CSlateFont", path: "Sources/Libraries/CSlateFont",
      exclude: ["slate-font.bin", "OFL.txt"]),
    target("TurboJPEG", "Libraries/TurboJPEG", ["CTurboJPEG", "Media"]),
    target("X264", "Libraries/X264", ["CX264", "Media"]),

    // Pipeline: frames, access units, back-pressure; no protocol.
    target(
      "Pipeline", "Pipeline",
      [
        "Media", "TurboJPEG", "X264", "CPlatform", "CSlateFont", nio("NIOCore"), logging, metrics,
        configuration,
      ]),

    // Adapters: sockets, no rules.
    target(
      "Inputs", "Adapters/Inputs",
      [
        "Pipeline", "Media", "SonyCamera", "JSON", nio("NIOCore"), nio("NIOPosix"),
        nio("NIOHTTP1"), logging, metrics,
      ]),
    target(
      "Outputs", "Adapters/Outputs",
      [
        "Pipeline", "Media", "RTSP", "RTP", "SDP", "H264", "CPlatform", nio("NIOCore"),
        nio("NIOPosix"), tls, logging, metrics,
      ]),
    target(
      "SoraServices", "Adapters/SoraServices",
      [
        "Pipeline", "Media", "SoraControl", "JSON", "SDP", crypto, httpClient, nio("NIOCore"),
        nio("NIOPosix"), nio("NIOHTTP1"), tls, logging, metrics,
      ]),
    target(
      "SimulatedCamera", "Adapters/SimulatedCamera",
      [
        "Media", "SonyCamera", "TurboJPEG", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
        logging,
      ]),

    // ControlPlane: status, metrics, health, snapshot.
    target(
      "ControlPlane", "ControlPlane",
      ["Pipeline", "Media", hummingbird, metrics, logging, nio("NIOCore")]),

    // App: commands and configuration; builds the line and runs it.
    .executableTarget(
      name: "LiveviewBridge",
      dependencies: [
        "Media", "SonyCamera", "RTP", "SDP", "RTSP", "Pipeline", "Inputs", "Outputs",
        "SoraControl", "SoraServices", "JSON", "SimulatedCamera", "ControlPlane", argumentParser,
        configuration, lifecycle, unixSignals,
        logging,
        metrics, httpClient, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
      ],
      path: "Sources/App", swiftSettings: settings),

    // Tests mirror Sources, folder by folder.
    .target(
      name: "TestSupport", dependencies: ["Media", nio("NIOCore"), metrics],
      path: "Tests/TestSupport",
      resources: [.copy("Fixtures")], swiftSettings: settings),
    tests("MediaTests", "MediaTests", ["Media"]),
    .target(
      name: "SimulatedSora",
      dependencies: ["JSON", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), tls],
      path: "Tests/SimulatedSora", swiftSettings: settings),
    tests("JSONTests", "Engines/JSONTests", ["JSON"]),
    tests("SoraControlTests", "Engines/SoraControlTests", ["SoraControl", "Media", "JSON"]),
    tests("SonyCameraTests", "Engines/SonyCameraTests", ["SonyCamera", "Media", "JSON"]),
    tests("RTPTests", "Engines/RTPTests", ["RTP", "Media"]),
    tests("SDPTests", "Engines/SDPTests", ["SDP", "Media"]),
    tests("RTSPTests", "Engines/RTSPTests", ["RTSP", "SDP", "RTP", "Media"]),
    tests("H264Tests", "Engines/H264Tests", ["H264", "X264", "Media"]),
    tests("TurboJPEGTests", "Libraries/TurboJPEGTests", ["TurboJPEG", "CTurboJPEG", "Media"]),
    tests("X264Tests", "Libraries/X264Tests", ["X264", "TurboJPEG", "Media"]),
    tests("PipelineTests", "PipelineTests", ["Pipeline", "Media", "TurboJPEG", "X264"]),
    tests(
      "InputsTests", "Adapters/InputsTests",
      ["Inputs", "Pipeline", "SonyCamera", "JSON", "Media", "SimulatedCamera"]),
    tests(
      "OutputsTests", "Adapters/OutputsTests",
      ["Outputs", "Pipeline", "RTSP", "RTP", "SDP", "H264", "X264", "Media"]),
    tests(
      "SoraServicesTests", "Adapters/SoraServicesTests",
      ["SoraServices", "SoraControl", "JSON", "Pipeline", "Media", "SimulatedSora"]),
    tests(
      "SimulatedCameraTests", "Adapters/SimulatedCameraTests",
      ["SimulatedCamera", "SonyCamera", "Media", "TurboJPEG", nio("NIOPosix"), nio("NIOHTTP1")]),
    tests(
      "ControlPlaneTests", "ControlPlaneTests",
      ["ControlPlane", "Pipeline", "Media", httpClient, nio("NIOPosix")]),
    tests(
      "AppTests", "AppTests",
      [
        "LiveviewBridge", "Pipeline", "Media", "RTSP", "RTP", "SimulatedCamera", "SoraControl",
        "SoraServices", "SimulatedSora", "JSON", configuration, nio("NIOCore"), nio("NIOPosix"),
      ]),
    tests("ArchitectureTests", "ArchitectureTests", []),
  ]
)
