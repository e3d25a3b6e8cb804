import Media

/// What a simulated camera is like and where it can be reached.
///
/// Plain values, so that a command line or a test can set them; ``validate()`` checks them. The
/// defaults are an ILCE-6000 with its embedded remote application on loopback, on the ports the
/// real one has, five times as quick to answer as the real one.
public struct SimulatedCameraConfiguration: Sendable {
  // MARK: Network

  /// IPv4 address to listen at; `0.0.0.0` for all. Default `127.0.0.1`.
  public var address = "127.0.0.1"
  /// TCP port of API and liveview; 0 takes a free one. Default 8080.
  public var apiPort = 8080
  /// TCP port of the device description; 0 takes a free one. Default 61000.
  public var descriptionPort = 61000
  /// Host name or address in the URLs the camera tells. Default nil: the address the client
  /// reached it at.
  public var advertisedHost: String?
  /// Whether it takes part in discovery (SSDP). Default true.
  public var answersDiscovery = true
  /// UDP port of discovery. Default 1900; anything else no ordinary client will find.
  public var discoveryPort = 1900
  /// Interfaces, by name or IPv4 address, on which it listens for searches. Default empty: the one
  /// that has `address`, or all for `0.0.0.0`.
  public var discoveryInterfaces: [String] = []
  /// Time between announcements (NOTIFY alive); nil announces only at the start. Default 30 s.
  public var announcementInterval: Duration? = .seconds(30)
  /// Whether a polite stop says byebye. Default true; never observed on a real camera.
  public var saysGoodbye = true
  /// Connections of the API port at a time; more are closed at once. Default 10.
  public var connectionLimit = 10
  /// Requests to the API port that are served at a time, a held long poll and the stream included;
  /// more wait. Default 7.
  public var workerLimit = 7

  // MARK: Identity

  /// Device name, which the user of a real camera can edit. Default `ILCE-6000`.
  public var friendlyName = "ILCE-6000"
  /// Last part of the UUID: the MAC address of its network, 12 hexadecimal digits.
  public var hardwareAddress = "8E45006A6000"
  /// Which remote application runs on it. Default `.embedded`.
  public var application = RemoteApplication.embedded
  /// Seed of everything random. Default 1.
  public var seed: UInt64 = 1

  // MARK: API

  /// How slow it is: 1 as measured on a NEX-5T (startRecMode 2.3 s, discovery 0.2 to 1.5 s late),
  /// 0 at once. Default 0.2; 0…10.
  public var delayScale = 0.2
  /// What startLiveviewWithSize does. Default `.unknownMethod`; ignored with `.installed`.
  public var liveviewSizeMethods = LiveviewSizeMethods.unknownMethod
  /// How long a long poll of getEvent waits for a change. Default 15 s, as the real one.
  public var longPollDuration: Duration = .seconds(15)
  /// How a long poll without a change ends. Default `.error`.
  public var longPollEnd = LongPollEnd.error
  /// Whether `/` in strings is written `\/`. Default false.
  public var escapesSlashes = false

  // MARK: Liveview

  /// Size of the pictures. Default 640x424; one of ``SimulatedPicture/sizes``.
  public var pictureSize = PictureSize.alpha6000Liveview
  /// Pictures per second on average. Default 25; 0.01…30.
  public var framesPerSecond = 25.0
  /// How irregular they are: 0 even, 1 as the real camera. Default 1.
  public var jitter = 1.0
  /// JPEG quality. Default 70, which gives about 30 kB at 640x424; 1…100.
  public var jpegQuality = 70
  /// Path of the stream's URL. Default `/liveview/liveviewstream`; older ones have
  /// `/liveview/liveview.jpg`.
  public var liveviewPath = "/liveview/liveviewstream"
  /// How the response body ends. Default `.chunked`.
  public var liveviewFraming = LiveviewFraming.chunked
  /// Whether the packet header carries width and height, as a NEX-5T's. Default true.
  public var announcesPictureSize = true
  /// When focus frames precede the images. Default `.never`.
  public var frameInformation = FrameInformation.never
  /// Whether sequence numbers begin again at 1 with each connection. Default false.
  public var restartsSequence = false
  /// The camera's clock at its start, in milliseconds; it wraps at 2^32. Default 3945.
  public var initialTimestamp: UInt32 = 3945
  /// What stopLiveview does to the open stream. Default `.endsResponse`.
  public var liveviewAfterStop = LiveviewAfterStop.endsResponse
  /// What a request for the stream gets while liveview is off. Default `.unavailable`.
  public var liveviewRefusal = LiveviewRefusal.unavailable
  /// How long a client may read nothing before the camera closes its stream. Default 10 s.
  public var blockedSendLimit: Duration = .seconds(10)
  /// Bytes the kernel may hold for a slow client (it takes twice as many). Default 65 536.
  public var sendBufferBytes = 65_536

  static let frameRates = 0.01...30

  public init() {}

  /// Checks the values.
  ///
  /// - Throws: `SimulatedCameraError.invalidSetting` with the name of the first wrong value.
  public func validate() throws(SimulatedCameraError) {
    let checks: [(String, Bool)] = [
      ("apiPort", (0...65_535).contains(apiPort)),
      ("descriptionPort", (0...65_535).contains(descriptionPort)),
      ("discoveryPort", (1...65_535).contains(discoveryPort)),
      ("announcementInterval", announcementInterval.map { $0 > .zero } ?? true),
      ("connectionLimit", connectionLimit > 0),
      ("workerLimit", workerLimit > 0),
      ("hardwareAddress", hardwareAddress.count == 12 && hardwareAddress.allSatisfy(\.isHexDigit)),
      ("delayScale", (0...10).contains(delayScale)),
      ("longPollDuration", longPollDuration > .zero),
      ("pictureSize", SimulatedPicture.sizes.contains(pictureSize)),
      ("framesPerSecond", Self.frameRates.contains(framesPerSecond)),
      ("jitter", (0...1).contains(jitter)),
      ("jpegQuality", (1...100).contains(jpegQuality)),
      ("liveviewPath", liveviewPath.hasPrefix("/") && !liveviewPath.contains(" ")),
      ("blockedSendLimit", blockedSendLimit > .zero),
      ("sendBufferBytes", (1024...16_777_216).contains(sendBufferBytes)),
    ]
    if let wrong = checks.first(where: { !$0.1 }) { throw .invalidSetting(name: wrong.0) }
  }
}

/// The program on the camera that serves the remote API.
public enum RemoteApplication: String, Sendable, CaseIterable {
  /// "Smart Remote Embedded", with 22 methods and API version 1.0 only: an α6000 as it is sold.
  case embedded
  /// "Smart Remote Control" 4.x, installed by the user: also liveview sizes, frame information,
  /// touch focus, more settings, getEvent up to 1.3 with the battery's level.
  case installed
  /// "Smart Remote Control" 1.1, as a NEX-5T had it: `receiveEvent` instead of getEvent.
  case receiveEvent
  /// "Smart Remote Control" 1.0, without any method for events.
  case withoutEvents
}

/// What startLiveviewWithSize and its relatives do on the embedded application, where it is not
/// known what the real camera answers.
public enum LiveviewSizeMethods: String, Sendable, CaseIterable {
  /// Error 12.
  case unknownMethod
  /// Error 1.
  case notAvailable
  case works
}

/// How a long poll of getEvent ends when nothing has changed.
public enum LongPollEnd: String, Sendable, CaseIterable {
  /// Error 2 "Timed out": newer applications.
  case error
  /// A result of nulls only: server 2.0.0.
  case nulls
}

/// How a client knows where the liveview response ends.
public enum LiveviewFraming: String, Sendable, CaseIterable {
  /// Chunked transfer coding, one chunk a packet.
  case chunked
  /// Neither chunked nor a length: it ends with the connection.
  case closeDelimited
}

/// When packets with focus frames precede the images.
public enum FrameInformation: String, Sendable, CaseIterable {
  /// Not even if asked, and the method for it is unknown.
  case never
  /// After setLiveviewFrameInfo.
  case onRequest
  case always
}

/// What stopLiveview does to an open stream.
public enum LiveviewAfterStop: String, Sendable, CaseIterable {
  /// The response ends: older applications.
  case endsResponse
  /// The response stays open and silent and goes on after the next startLiveview: newer ones.
  case staysSilent
}

/// What a request for the stream gets while liveview is off.
public enum LiveviewRefusal: String, Sendable, CaseIterable {
  /// Status 403.
  case forbidden
  /// Status 503.
  case unavailable
  /// The connection is closed without an answer.
  case close
}
