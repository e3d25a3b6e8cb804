import JSON
import NIOCore

/// One request to the camera API.
///
/// Source: Camera Remote API, "JSON-RPC".
public struct CameraCall: Sendable, Hashable {
  /// Answers come with the number of their call. 0 is forbidden.
  public static let identifierRange = 1...Int(Int32.max)

  public var method: CameraMethod
  public var parameters: [JSONValue]
  /// Version of the method, not of the API; `getVersions` lists what a camera knows.
  public var version: String

  public init(_ method: CameraMethod, _ parameters: [JSONValue] = [], version: String = "1.0") {
    self.method = method
    self.parameters = parameters
    self.version = version
  }

  /// The body of the POST.
  ///
  /// - Parameter identifier: Brought into `identifierRange`, should it be outside.
  public func body(identifier: Int) -> ByteBuffer {
    let range = Self.identifierRange
    let value: JSONValue = [
      "method": .string(method.rawValue), "params": .array(parameters),
      "id": .integer(min(max(identifier, range.lowerBound), range.upperBound)),
      "version": .string(version),
    ]
    var buffer = ByteBuffer()
    value.encode(into: &buffer)
    return buffer
  }

  /// How long to wait for the answer before the camera counts as gone.
  ///
  /// Measured on a NEX-5T: ordinary calls take 0.1 to 0.4 s, `startRecMode` 2.3 s, and the call
  /// after it 2.7 s; the camera itself gives a mode change 20 s. Shorter limits misfire.
  public var timeLimit: Duration {
    switch method {
    case .startRecMode, .stopRecMode: .seconds(25)
    case .getEvent:
      parameters.first == true
        ? (["1.0", "1.1", "1.2"].contains(version) ? .seconds(20) : .seconds(65)) : .seconds(10)
    case .actTakePicture: .seconds(40)
    // A tenth of a second (NEX-5T); what it stops is gone when there is no answer.
    case .stopLiveview: .seconds(4)
    // Answers when the focus is found, or given up.
    case .setTouchAFPosition: .seconds(15)
    default: .seconds(10)
    }
  }

  /// The same while the camera changes its mode, which blocks every other call.
  public static let timeLimitDuringModeChange = Duration.seconds(25)
}

extension CameraCall {
  /// Which API versions there are. The cheapest call of all.
  public static let getVersions = CameraCall(.getVersions)
  /// Name and version of the remote app.
  public static let getApplicationInfo = CameraCall(.getApplicationInfo)
  /// What can be called now; on real cameras a hint, not the whole truth.
  public static let getAvailableApiList = CameraCall(.getAvailableApiList)
  public static let startRecMode = CameraCall(.startRecMode)
  public static let stopRecMode = CameraCall(.stopRecMode)
  public static let startLiveview = CameraCall(.startLiveview)
  public static let stopLiveview = CameraCall(.stopLiveview)

  /// Every method with its parameter types.
  ///
  /// - Parameter version: Of the methods; empty for all.
  public static func getMethodTypes(version: String = "") -> CameraCall {
    CameraCall(.getMethodTypes, [.string(version)])
  }

  public static func startLiveviewWithSize(_ size: LiveviewSize) -> CameraCall {
    CameraCall(.startLiveviewWithSize, [.string(size.rawValue)])
  }

  /// Asks for frame information packets before each image.
  public static func setLiveviewFrameInfo(_ isWanted: Bool) -> CameraCall {
    CameraCall(.setLiveviewFrameInfo, [["frameInfo": .boolean(isWanted)]])
  }

  /// What the camera is doing.
  ///
  /// - Parameter waitsForChange: True for a long poll that ends with the next change, at the
  ///   latest after 15 s (60 s from version 1.3); false for a snapshot.
  public static func getEvent(waitsForChange: Bool, version: String = "1.0") -> CameraCall {
    CameraCall(.getEvent, [.boolean(waitsForChange)], version: version)
  }
}

/// Width of the liveview picture in the camera's words.
public enum LiveviewSize: String, Sendable, Hashable, CaseIterable {
  /// 640 pixels: every camera.
  case medium = "M"
  /// 1024 pixels where the camera's panel has them: newer remote apps only.
  case large = "L"
}
