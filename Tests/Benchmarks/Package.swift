// swift-tools-version: 6.2
import PackageDescription

// Measures the codec calls alone; a package of its own so that the main build stays lean.
// Build and run: swift run -c release --package-path Tests/Benchmarks codec-loop --help

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "liveview-bridge", path: "../.."),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "codec-loop",
      dependencies: [
        .product(name: "BridgeCodecs", package: "liveview-bridge"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ]
)
