import JSON

/// Everything a Sora knows: who is there, and what was asked of it.
public struct SoraState: Sendable {
  /// In the order in which they came.
  public var connections: [SoraConnection] = []
  public var forwardings: [SoraForwarding] = []
  public var pauses: [SoraPause] = []
  public var pushes: [SoraPush] = []
  /// rid that receivers asked for: `receiver/sender` or `receiver/`.
  public var requestedRids: [String: String] = [:]
  /// Channels and the members in focus.
  public var focus: [String: [Focus]] = [:]
  public var spotlightNumbers: [String: Int] = [:]
  public var totals = Totals()
  /// ImageFlux: channels that were created and not deleted.
  public var channels: [ImageFluxChannel] = []
  /// ImageFlux: ids of all channels that there ever were.
  public var everCreated: [String] = []
  public var archiveDestinations: [String: JSONValue] = [:]
  public var encryptKeys: [String: String] = [:]

  // How it behaves where the documents leave it open.
  /// Whether a second start for the same publisher replaces the first, or is an error.
  public var acceptsForwardingTwice = false
  /// Whether a stop of what is not forwarded is an error.
  public var refusesNeedlessStop = true
  /// Whether `DeleteChannel` answers nothing.
  public var deletesSilently = false
  /// How often it was started.
  public private(set) var starts = 1

  public struct Focus: Sendable, Hashable {
    public var connectionID: String
    public var isFixed: Bool
  }

  /// Of the statistics; all from 0 at each start.
  public struct Totals: Sendable, Hashable {
    public var created = 0
    public var destroyed = 0
    public var updated = 0
    public var successful = 0
    public var failed = 0
    /// Of connections that ended.
    public var durationSeconds = 0
    public var setUpMilliseconds = 0
    public var turnUDP = 0
    public var turnTCP = 0

    public init() {}
  }

  public init() {}

  // MARK: Coming and going

  /// Somebody comes and sends.
  ///
  /// - Returns: The id of the connection.
  @discardableResult
  public mutating func publish(
    _ channelID: String, id: String? = nil, role: SoraConnection.Role = .sendonly,
    video: SoraConnection.VideoCodec? = .h264
  ) -> String {
    let id = id ?? SoraIdentifiers.connection()
    let session = connections.first { $0.channelID == channelID }?.sessionID
    connections.append(
      SoraConnection(
        channelID: channelID, id: id, clientID: id,
        sessionID: session ?? SoraIdentifiers.connection(), role: role,
        created: SoraClock.microseconds(), video: video))
    totals.created += 1
    totals.successful += 1
    totals.turnUDP += 1
    return id
  }

  /// Somebody comes and watches.
  @discardableResult
  public mutating func join(_ channelID: String, id: String? = nil) -> String {
    publish(channelID, id: id, role: .recvonly)
  }

  /// Somebody goes: what was asked for the connection ends with it.
  public mutating func leave(_ id: String) {
    guard let leaving = self[connection: id] else { return }
    totals.durationSeconds += Int((SoraClock.microseconds() - leaving.created) / 1_000_000)
    connections.removeAll { $0.id == id }
    forwardings.removeAll { $0.connectionID == id }
    pauses.removeAll { $0.receiver == id || $0.sender == id }
    requestedRids = requestedRids.filter { !$0.key.contains(id) }
    for channel in focus.keys { focus[channel]?.removeAll { $0.connectionID == id } }
    for index in channels.indices {
      channels[index].playlists.removeAll { $0.connectionID == id }
    }
    totals.destroyed += 1
  }

  /// A publisher goes and comes again, as another connection.
  @discardableResult
  public mutating func republish(_ id: String) -> String {
    guard let old = self[connection: id] else { return id }
    leave(id)
    return publish(old.channelID, role: old.role, video: old.video)
  }

  /// ImageFlux: a channel that somebody made earlier.
  @discardableResult
  public mutating func addChannel(_ id: String? = nil) -> String {
    let id = id ?? SoraIdentifiers.channel()
    channels.append(ImageFluxChannel(id: id, kind: .single, hls: [], parameters: [:]))
    everCreated.append(id)
    return id
  }

  /// The playlists of a channel appear, as they do some seconds after a stream started.
  public mutating func makePlaylists(of channelID: String) {
    guard let index = channels.firstIndex(where: { $0.id == channelID }) else { return }
    channels[index].playlists = connections.filter { $0.channelID == channelID && $0.role.sends }
      .map {
        .init(
          connectionID: $0.id,
          url: "https://hls.imageflux.example/\(channelID)/\($0.id)/playlist.m3u8")
      }
  }

  /// A start: nobody is there and nothing is counted. What costs money stays.
  mutating func restart() {
    var fresh = SoraState()
    fresh.channels = channels
    fresh.everCreated = everCreated
    for index in fresh.channels.indices { fresh.channels[index].playlists = [] }
    fresh.archiveDestinations = archiveDestinations
    fresh.encryptKeys = encryptKeys
    fresh.acceptsForwardingTwice = acceptsForwardingTwice
    fresh.refusesNeedlessStop = refusesNeedlessStop
    fresh.deletesSilently = deletesSilently
    fresh.starts = starts + 1
    self = fresh
  }

  // MARK: Looking

  public subscript(connection id: String) -> SoraConnection? {
    get { connections.first { $0.id == id } }
    set {
      guard let newValue, let index = connections.firstIndex(where: { $0.id == id }) else { return }
      connections[index] = newValue
    }
  }

  public func members(of channelID: String) -> [SoraConnection] {
    connections.filter { $0.channelID == channelID }
  }

  public func forwarding(of connectionID: String) -> SoraForwarding? {
    forwardings.first { $0.connectionID == connectionID }
  }

  public var channelIDs: [String] { channels.map(\.id) }

  // MARK: Refusing

  /// The connection, if it is in that channel.
  func connection(
    _ id: String, in channelID: String
  ) throws -> SoraConnection {
    let members = try members(required: channelID)
    guard let found = members.first(where: { $0.id == id }) else {
      throw SoraOperation.Refusal("CONNECTION_NOT_FOUND")
    }
    return found
  }

  /// Everybody in a channel; there must be somebody, for else there is no channel.
  func members(required channelID: String) throws -> [SoraConnection] {
    let members = members(of: channelID)
    guard !members.isEmpty else { throw SoraOperation.Refusal("CHANNEL_NOT_FOUND") }
    return members
  }
}
