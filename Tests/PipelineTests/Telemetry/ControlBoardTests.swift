import Testing

@testable import Pipeline

@Suite struct ControlBoardTests {
  private func action(_ section: String, _ name: String, _ answer: Int = 0) -> ControlBoard.Action {
    ControlBoard.Action(section: section, name: name, perform: { .int(answer) })
  }

  @Test func actionsAreFoundBySectionAndName() {
    let board = ControlBoard()
    board.offer(action("outputs.a", "pause", 1))
    board.offer(action("outputs.a", "resume", 2))
    board.offer(action("outputs.b", "pause", 3))
    #expect(board.action("pause", of: "outputs.b")?.perform() == .int(3))
    #expect(board.action("resume", of: "outputs.b") == nil)
    #expect(board.action("pause", of: "outputs") == nil)
    #expect(board.actions.map(\.name) == ["pause", "resume", "pause"])
  }

  @Test func aSecondOfferReplacesTheFirst() {
    let board = ControlBoard()
    board.offer(action("outputs.a", "pause", 1))
    board.offer(action("outputs.a", "pause", 2))
    #expect(board.actions.count == 1)
    #expect(board.action("pause", of: "outputs.a")?.perform() == .int(2))
  }
}
