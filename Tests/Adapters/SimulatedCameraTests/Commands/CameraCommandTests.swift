import NIOCore
import TestSupport
import Testing

@testable import SimulatedCamera

struct CameraCommandTests {
  @Test func namesAreKebabCaseAndUnique() {
    let names = CameraCommand.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0 == "-" || ("a"..."z").contains($0) }, "\(name)")
      #expect(!name.hasPrefix("-") && !name.hasSuffix("-"))
    }
  }

  @Test func helpIsOneSentence() {
    for command in CameraCommand.all {
      #expect(command.help.hasSuffix("."), "\(command.name)")
      #expect(!command.help.dropLast().contains("\n"))
      #expect(CameraCommand.table.contains(command.name))
    }
  }

  @Test func valuesAreReadByTheirForm() throws {
    #expect(try CameraCommand.Call(parsing: "battery:80").value.number == 80)
    #expect(try CameraCommand.Call(parsing: "shutter").value.number == 900)
    #expect(try CameraCommand.Call(parsing: "shutter:").value.number == 900)
    #expect(try CameraCommand.Call(parsing: "vanish:silent").value.text == "silent")
    #expect(try CameraCommand.Call(parsing: "model:My: α6000").value.text == "My: α6000")
  }

  @Test(arguments: [
    ("api-hang", CommandValue()), ("api-hang:getEvent", CommandValue(text: "getEvent")),
    ("api-hang:*3", CommandValue(repetitions: 3)),
    ("api-hang:getEvent*3", CommandValue(text: "getEvent", repetitions: 3)),
    ("api-error:40401", CommandValue(number: 40401)),
    ("api-error:startLiveview=1*2", CommandValue(number: 1, text: "startLiveview", repetitions: 2)),
    ("api-http-status", CommandValue(number: 503)),
    ("api-http-status:getEvent", CommandValue(number: 503, text: "getEvent")),
  ])
  func callsAreSelected(text: String, value: CommandValue) throws {
    #expect(try CameraCommand.Call(parsing: text).value == value)
  }

  @Test(arguments: [
    "battery:101", "battery:many", "battery:nan", "vanish:quietly", "wedge:x", "api-hang:*0",
    "api-hang:5", "api-hang:get-Event", "api-error:x=y", "api-error:=1", "api-http-status:200",
    "api-slow:-1", "picture-size:1x1",
  ])
  func wrongValuesAreNamedWithWhatIsAllowed(text: String) throws {
    do {
      _ = try CameraCommand.Call(parsing: text)
      Issue.record("\(text) was taken")
    } catch CommandError.valueWrong(let command, _, let form) {
      #expect(text.hasPrefix(command) && !form.isEmpty)
    }
  }

  @Test func missingAndNeedlessValuesAreNamed() {
    #expect(throws: CommandError.valueNotWanted(command: "stall", given: "5")) {
      try CameraCommand.Call(parsing: "stall:5")
    }
    #expect(throws: CommandError.valueMissing(command: "battery", form: "0…100 percent")) {
      try CameraCommand.Call(parsing: "battery")
    }
    #expect(throws: CommandError.valueMissing(command: "api-error", form: "[METHOD=]CODE[*COUNT]"))
    {
      try CameraCommand.Call(parsing: "api-error:getEvent")
    }
  }

  @Test(arguments: [
    ("wifi-flapp", "wifi-flap"), ("apihang", "api-hang"), ("batterie", "battery"),
  ])
  func nearestNameIsSuggested(wrong: String, right: String) {
    #expect(throws: CommandError.unknownCommand(wrong, nearest: right)) {
      try CameraCommand.Call(parsing: wrong)
    }
  }

  @Test func nothingNearIsNoSuggestion() {
    #expect(throws: CommandError.unknownCommand("xyzzy", nearest: nil)) {
      try CameraCommand.Call(parsing: "xyzzy")
    }
  }

  @Test func spoiltTextsNeverTrap() throws {
    var generator = SeededGenerator(seed: 4)
    let texts = ["api-error:startLiveview=40401*3", "battery:80", "model:ILCE-5100", "trickle:0.5"]
    for round in 0..<4000 {
      let bytes = Mutation.mutate(Array(texts[round % 4].utf8), using: &generator)
      _ = try? CameraCommand.Call(parsing: String(decoding: bytes, as: UTF8.self))
    }
  }
}
