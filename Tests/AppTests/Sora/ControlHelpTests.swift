import SoraControl
import Testing

@testable import LiveviewBridge

@Suite struct ControlHelpTests {
  @Test(arguments: ControlOperation.Service.allCases)
  func theOverviewHasAllOperations(service: ControlOperation.Service) {
    let text = ControlHelp.overview(service)
    let topics = ControlTopic.all(at: service)
    let callable = ControlOperations.callable(at: service).map { $0.operation }
    #expect(topics.flatMap(\.operations).count == callable.count)
    #expect(!topics.contains { $0.title == "Others" })
    for operation in callable {
      #expect(text.contains("\n  \(operation.commandName)\n"))
    }
    let pages = text + "\n" + ControlHelp.callPage(service)
    #expect(!pages.split(separator: "\n").contains { $0.count > 80 })
  }

  @Test(arguments: ControlOperations.all.map { $0.operation })
  func aPageHasAllKeys(operation: ControlOperation) {
    let text = ControlHelp.page(of: operation, at: operation.service)
    #expect(text.contains(operation.target) && text.contains("EXAMPLE\n  liveview-bridge "))
    for key in operation.keys {
      #expect(text.contains("\n  --\(key.optionName)\(key.isSecret ? "-file" : "") "))
    }
    #expect(!text.split(separator: "\n").contains { $0.count > 100 })
  }

  @Test(arguments: ControlOperations.all.map { $0.operation })
  func theValuesOfExamplesMayBeSent(operation: ControlOperation) {
    let keys = operation.keys.filter { key in
      // Files are named, which are not there.
      !key.isSecret && !ControlHelp.sample(key).hasPrefix("@")
    }
    let arguments = keys.flatMap { key in
      ["--\(key.optionName)", ControlHelp.sample(key).replacing("'", with: "")]
    }
    let given = ControlArguments(
      arguments, of: operation, command: operation.commandName, files: ControlFiles())
    let missing = operation.keys.filter { key in
      key.isRequired && !keys.contains { $0.name == key.name }
    }
    // The secret that the sample's scheme wants would come from a file, too.
    let secrets = operation.keys.filter { key in
      key.isSecret && operation.schemeKeys.first?.wanted.contains(key.name) ?? false
    }
    #expect(
      given.problems == missing.map { "--\($0.optionName): must be given" }
        + secrets.map { "--\($0.optionName)-file: must be given, as bucket_uri begins with s3://" })
  }
}
