/// A Sora, or the API of ImageFlux, for tests: HTTP on a real socket of the loopback, strict where
/// the real one is strict, and broken where a test wants it broken.
///
/// It is a reading of the documents of its own and shares no rule with the client it tests.
///
/// ```
/// let sora = try await SimulatedSora()
/// let publisher = sora.change { $0.publish("live") }
/// sora.fail("StartForwardingRtp", with: .lostReply)
/// try await sora.until { $0.forwardings.count == 1 }
/// ```
public final class SimulatedSora: Sendable {
  /// Whose API it is.
  public enum Service: Sendable, Hashable {
    case sora
    /// Calls need this access token.
    case imageFlux(token: String)
  }

  public let service: Service
  let room: WaitingRoom
  private let server: SoraServer
  private let scheme: String

  /// Starts on `port` of 127.0.0.1; 0 for a free one, which stays the same over `stop` and `start`.
  ///
  /// - Parameter tls: nil for plain HTTP, as Sora itself speaks.
  public init(_ service: Service = .sora, port: Int = 0, tls: ServerTLS? = nil) async throws {
    scheme = tls == nil ? "http" : "https"
    self.service = service
    let room = WaitingRoom()
    self.room = room
    let exchange = SoraExchange(service: service, room: room)
    server = try SoraServer(port: port, tls: tls) { exchange.handle($0, on: $1) }
    try await server.start()
  }

  public var port: Int { server.port }
  public var url: String { "\(scheme)://127.0.0.1:\(port)/" }

  // MARK: Its life

  /// Goes away: refuses connections, and ends the open ones. What it knows is kept until `start`.
  public func stop() async throws {
    try await server.stop()
  }

  /// Comes back on the same port.
  ///
  /// - Parameter keepingState: false for a Sora that was started anew and knows of nobody. The
  ///   channels of ImageFlux outlive its servers, so they are kept anyway.
  public func start(keepingState: Bool = false) async throws {
    if !keepingState { change { $0.restart() } }
    try await server.start()
  }

  /// Ends every open connection, without a word.
  public func dropConnections() { server.dropConnections() }

  // MARK: What it knows

  /// A look at it.
  public func read<Value>(_ look: (SoraState) -> Value) -> Value { room.read { look($0.state) } }

  /// Changes it, as publishers and viewers do by coming and going.
  @discardableResult
  public func change<Value>(_ change: (inout SoraState) -> Value) -> Value {
    room.change { change(&$0.state) }
  }

  /// All calls so far, in the order in which they came.
  public var journal: [SoraCall] { room.read(\.journal) }

  /// Calls of one operation so far.
  public func calls(of operation: String) -> [SoraCall] {
    journal.filter { $0.operation == operation }
  }

  /// Forgets the calls so far.
  public func clearJournal() { room.change { $0.journal = [] } }

  // MARK: Waiting

  /// Returns when `condition` is true of what it knows.
  ///
  /// - Throws: `CancellationError`.
  public func until(_ condition: @escaping @Sendable (SoraState) -> Bool) async throws {
    try await room.wait { condition($0.state) ? true : nil }
  }

  /// The first call that has `property`, of those that came and those that will; it is there as
  /// soon as the call was taken up, so before it is answered.
  ///
  /// - Parameter skipping: So many calls with the property are left out.
  @discardableResult
  public func call(
    skipping: Int = 0, where property: @escaping @Sendable (SoraCall) -> Bool
  ) async throws -> SoraCall {
    try await room.wait { $0.journal.filter(property).dropFirst(skipping).first }
  }

  /// The first call of `operation`.
  @discardableResult
  public func call(of operation: String, skipping: Int = 0) async throws -> SoraCall {
    try await call(skipping: skipping) { $0.operation == operation }
  }

  // MARK: Faults

  /// From now on calls go wrong.
  ///
  /// - Parameters:
  ///   - operation: Only calls of this one, for example `StartForwardingRtp`; nil for all.
  ///   - times: So many of them; nil for all that come until `heal()`.
  ///   - after: So many of them go well before.
  public func fail(
    _ operation: String? = nil, times: Int? = 1, after: Int = 0, with fault: SoraFault
  ) {
    room.change {
      $0.faults.append(
        PlannedFault(operation: operation, spared: after, remaining: times, fault: fault))
    }
  }

  /// No more faults; held calls stay held.
  public func heal() { room.change { $0.faults = [] } }

  /// Answers the calls that a fault holds back.
  public func release() {
    let held = room.change { all in
      defer { all.held = [] }
      return all.held
    }
    for release in held { release() }
  }
}
