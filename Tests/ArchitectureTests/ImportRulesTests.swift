import Foundation
import Testing

/// The house's import rules, checked on the text of every source file.
///
/// `Package.swift` stops an import of a module that a target does not depend on; these rules
/// stop what the manifest cannot see.
@Suite struct ImportRulesTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct SourceFile: Sendable, CustomTestStringConvertible {
    var path: String
    var text: String
    var testDescription: String { path }

    var imports: Set<String> {
      var names: Set<String> = []
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard let index = words.firstIndex(of: "import"), index < 3 else { continue }
        guard words[..<index].allSatisfy({ $0.hasPrefix("@") || $0 == "public" }) else { continue }
        if let name = words.last { names.insert(name) }
      }
      return names
    }

    /// The text without comments, good enough for looking for words.
    var code: String {
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.components(separatedBy: "//").first ?? "" }
        .joined(separator: "\n")
    }
  }

  static func sources(under folder: String) throws -> [SourceFile] {
    let base = root.appending(path: folder)
    let names =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return try names.filter { $0.hasSuffix(".swift") }.map { name in
      let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
      return SourceFile(path: "\(folder)/\(name)", text: text)
    }
  }

  @Test func everyRoomHasFiles() throws {
    for room in ["Media", "Engines", "Libraries", "Pipeline", "Adapters", "ControlPlane", "App"] {
      #expect(try !Self.sources(under: "Sources/\(room)").isEmpty, "\(room)")
    }
  }

  @Test func mediaImportsByteBuffersOnly() throws {
    for file in try Self.sources(under: "Sources/Media") {
      #expect(file.imports.isSubset(of: ["NIOCore"]), "\(file.path)")
    }
  }

  @Test func enginesImportNoSocketsClocksOrLogs() throws {
    let allowed: Set = [
      "Media", "JSON", "RTP", "SDP", "NIOCore", "FoundationEssentials", "Crypto",
    ]
    for file in try Self.sources(under: "Sources/Engines") {
      #expect(file.imports.isSubset(of: allowed), "\(file.path): \(file.imports)")
    }
  }

  @Test(arguments: [
    #"\bTask\b\s*[{.(]"#, #"\bDate\(\)"#, #"ContinuousClock"#, #"SuspendingClock"#, #"\.now\b"#,
    #"\bprint\("#, #"\bawait\b"#, #"\basync\b"#, #"clock_gettime"#, #"SystemRandomNumberGenerator"#,
  ])
  func enginesAndMediaAreFreeOf(pattern: String) throws {
    let expression = try Regex(pattern)
    let files =
      try Self.sources(under: "Sources/Engines") + Self.sources(under: "Sources/Media")
    for file in files {
      #expect(file.code.firstMatch(of: expression) == nil, "\(file.path) has \(pattern)")
    }
  }

  @Test func onlyOneFaceImportsEachCLibrary() throws {
    let owners = ["CTurboJPEG": "Sources/Libraries/TurboJPEG", "CX264": "Sources/Libraries/X264"]
    for file in try Self.sources(under: "Sources") {
      for (library, owner) in owners where file.imports.contains(library) {
        #expect(file.path.hasPrefix(owner), "\(file.path) imports \(library)")
      }
    }
  }

  @Test func pipelineKnowsNoSocketsAndNoProtocols() throws {
    let forbidden: Set = [
      "NIOPosix", "NIOHTTP1", "AsyncHTTPClient", "Hummingbird", "SonyCamera", "RTP", "SDP", "RTSP",
      "SoraControl",
    ]
    for file in try Self.sources(under: "Sources/Pipeline") {
      #expect(file.imports.isDisjoint(with: forbidden), "\(file.path)")
    }
  }

  @Test func roomsDoNotReachAcross() throws {
    let rules: [(folder: String, forbidden: Set<String>)] = [
      ("Sources/Adapters/Inputs", ["Outputs", "ControlPlane", "RTSP", "RTP", "SDP"]),
      ("Sources/Adapters/Outputs", ["Inputs", "ControlPlane", "SonyCamera", "Hummingbird"]),
      (
        "Sources/Adapters/SoraServices",
        ["Inputs", "Outputs", "ControlPlane", "SonyCamera", "RTSP", "RTP", "Hummingbird"]
      ),
      ("Sources/Adapters/SimulatedCamera", ["Pipeline", "Inputs", "Outputs", "ControlPlane"]),
      ("Sources/ControlPlane", ["Inputs", "Outputs", "SonyCamera", "RTSP", "RTP", "SDP"]),
    ]
    for (folder, forbidden) in rules {
      for file in try Self.sources(under: folder) {
        #expect(file.imports.isDisjoint(with: forbidden), "\(file.path)")
      }
    }
  }

  @Test func nothingTrapsOnPurpose() throws {
    let expression = try Regex(#"try!|as!|fatalError\(|preconditionFailure\(|precondition\("#)
    for file in try Self.sources(under: "Sources") {
      #expect(file.code.firstMatch(of: expression) == nil, "\(file.path)")
    }
  }

  @Test func filesStayReadable() throws {
    for file in try Self.sources(under: "Sources") {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 400, "\(file.path) has \(lines) lines")
    }
  }
}
