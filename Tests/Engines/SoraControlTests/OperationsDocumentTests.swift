import Foundation
import Testing

@Suite struct OperationsDocumentTests {
  @Test func theDocumentIsTheTable() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Docs/sora-operations.md")
    if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] == "1" {
      try Data(OperationsDocument.text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == OperationsDocument.text)
  }
}
