import NIOCore
import Testing

@testable import Pipeline

@Suite struct ControlBoardTests {
  private func action(_ section: String, _ name: String, _ answer: Int = 0) -> ControlBoard.Action {
    ControlBoard.Action(section: section, name: name, work: .atOnce { .int(answer) })
  }

  @Test func actionsAreFoundBySectionAndName() async {
    let board = ControlBoard()
    board.offer(action("outputs.a", "pause", 1))
    board.offer(action("outputs.a", "resume", 2))
    board.offer(action("outputs.b", "pause", 3))
    #expect(await board.action("pause", of: "outputs.b")?.perform() == .done(.int(3)))
    #expect(board.action("resume", of: "outputs.b") == nil)
    #expect(board.action("pause", of: "outputs") == nil)
    #expect(board.actions.map(\.name) == ["pause", "resume", "pause"])
  }

  @Test func aSecondOfferReplacesTheFirst() async {
    let board = ControlBoard()
    board.offer(action("outputs.a", "pause", 1))
    board.offer(action("outputs.a", "pause", 2))
    #expect(board.actions.count == 1)
    #expect(await board.action("pause", of: "outputs.a")?.perform() == .done(.int(2)))
  }

  @Test func anActionMayAskSomebodyElse() async throws {
    let board = ControlBoard()
    board.offer(
      ControlBoard.Action(
        section: "sora", name: "echo",
        work: .asking { parameters in .refused(.string(String(buffer: parameters))) }))
    let echo = try #require(board.action("echo", of: "sora"))
    #expect(await echo.perform(ByteBuffer(string: "{}")) == .refused(.string("{}")))
  }
}
