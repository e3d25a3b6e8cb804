import Media
import SonyCamera

/// Something that happened while a camera is talked to, in the order in which it did.
///
/// Facts of an order that was replaced meanwhile carry its number and are ignored.
enum ConversationFact: Sendable {
  typealias Answer = Result<CameraReply, CameraCallFault>

  case answered(CallLane.Request, Answer, took: Duration)
  /// The call lane's spacing has passed.
  case laneFree
  case firstPicture(order: Int, PictureSize)
  case liveviewEnded(order: Int, LiveviewEnd)
  case waitEnded(CallLane.Side, order: Int, took: Duration)
  /// A lost watch is tried again.
  case watchDue
  case demandBegan
  /// Nobody has wanted video for `camera.idleSeconds`.
  case demandEnded
  /// The interface that leads to the camera is gone, and so are the pictures.
  case interfaceLost(String)
}

/// One thing under way on behalf of an engine; a new one replaces it.
struct OrderInProgress {
  private(set) var number = 0
  private(set) var task: Task<Void, Never>?

  /// Abandons what is under way, and returns it; what comes next gets a new number.
  @discardableResult mutating func replace() -> Task<Void, Never>? {
    defer { task = nil }
    task?.cancel()
    number += 1
    return task
  }

  mutating func run(_ work: @escaping @Sendable () async -> Void) {
    task = Task(operation: work)
  }
}
