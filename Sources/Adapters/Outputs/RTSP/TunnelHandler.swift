import NIOCore
import RTSP

/// In front of the RTSP handler of every connection: joins the two connections of an RTSP over
/// HTTP tunnel, answers other HTTP, and lets RTSP through.
///
/// The RTSP handler of the GET has the session, as if the client had connected by RTSP: it writes
/// to the GET and gets the decoded bytes of the POST. The RTSP handler of the POST stands aside;
/// it keeps the connection counted, so both count against the limits.
final class TunnelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private enum State {
    case opening(TunnelOpening, ByteBuffer)
    case rtsp
    /// The client has nothing to say here; what it says is counted.
    case get(strayBytes: Int)
    case post(TunnelDecoder, into: TunnelHandler)
    case over
  }

  private let tunnels: RTSPTunnels
  private let rtsp: RTSPConnectionHandler
  private let number: TunnelTable.Connection
  private var state: State
  private var context: ChannelHandlerContext?

  init(tunnels: RTSPTunnels, rtsp: RTSPConnectionHandler) {
    self.tunnels = tunnels
    self.rtsp = rtsp
    number = tunnels.nextNumber()
    state = .opening(TunnelOpening(limits: tunnels.limits), ByteBuffer())
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .opening(let opening, var seen):
      state = .over  // `seen` is now the only owner of its bytes.
      seen.writeImmutableBuffer(unwrapInboundIn(data))
      open(opening, seen)
    case .rtsp:
      context.fireChannelRead(data)
    case .get(let count):
      let count = count + unwrapInboundIn(data).readableBytes
      state = .get(strayBytes: count)
      if count > tunnels.limits.strayBytes { context.close(promise: nil) }
    case .post(let decoder, let get):
      decode(unwrapInboundIn(data), with: decoder, into: get)
    case .over:
      break
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent, case .post = state {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    state = .over
    tunnels.closed(number)
    context.fireChannelInactive()
  }

  // MARK: Tunnel

  private func open(_ opening: TunnelOpening, _ seen: ByteBuffer) {
    var (opening, seen) = (opening, seen)
    do {
      switch try opening.next(from: &seen) {
      case nil:
        state = .opening(opening, seen)
      case .rtsp?:
        state = .rtsp
        context?.fireChannelRead(wrapInboundOut(seen))
      case let outcome?:
        try take(outcome, seen)
      }
    } catch let error as TunnelError {
      refuse(.malformed(error))
    } catch {
      refuse(error as? TunnelRefusal ?? .notATunnel(method: ""))
    }
  }

  /// HTTP: one half of a tunnel, or nothing we want.
  private func take(
    _ outcome: TunnelOpening.Outcome, _ rest: ByteBuffer
  ) throws(TunnelRefusal) {
    if case .other(let method) = outcome { throw .notATunnel(method: method) }
    guard rtsp.admission == .admitted else { throw .serverFull }
    switch outcome {
    case .get(let cookie):
      try tunnels.opened(by: self, number, cookie: cookie, from: origin)
      state = .get(strayBytes: rest.readableBytes)
      rtsp.becomeTunnel(TunnelAnswer.opened(serverName: RTSPOutput.serverName))
    case .post(let cookie):
      let get = try tunnels.joined(by: self, number, cookie: cookie, from: origin)
      rtsp.standAside()
      decode(rest, with: TunnelDecoder(), into: get)
    case .rtsp, .other:
      break
    }
  }

  /// Both halves must come from here.
  private var origin: TunnelTable.Origin {
    TunnelTable.Origin(address: NetworkAddress(parsing: rtsp.host), isSecure: rtsp.isSecure)
  }

  private func refuse(_ refusal: TunnelRefusal) {
    state = .over
    rtsp.end(with: TunnelAnswer.refused(refusal, serverName: RTSPOutput.serverName))
  }

  private func decode(_ bytes: ByteBuffer, with decoder: TunnelDecoder, into get: TunnelHandler) {
    var (decoder, bytes) = (decoder, bytes)
    do {
      let requests = try decoder.next(from: &bytes)
      // First, because what the requests bring about may end both connections.
      state = .post(decoder, into: get)
      if let requests { get.receive(requests) }
    } catch {
      // What follows cannot be understood either, and the other half is of no use without.
      state = .over
      get.close()
      close()
    }
  }

  private func receive(_ requests: ByteBuffer) {
    guard case .get = state else { return }
    context?.fireChannelRead(wrapInboundOut(requests))
  }

  func close() {
    context?.close(promise: nil)
  }
}

/// All tunnels of the server, and the handlers behind their numbers.
final class RTSPTunnels {
  let limits = TunnelLimits()
  private let isEnabled: Bool
  private var table: TunnelTable
  private var handlers: [TunnelTable.Connection: TunnelHandler] = [:]
  private var lastNumber: TunnelTable.Connection = 0

  init(isEnabled: Bool) {
    self.isEnabled = isEnabled
    table = TunnelTable(limits: limits)
  }

  func nextNumber() -> TunnelTable.Connection {
    lastNumber &+= 1
    return lastNumber
  }

  func opened(
    by handler: TunnelHandler, _ number: TunnelTable.Connection, cookie: String,
    from origin: TunnelTable.Origin
  ) throws(TunnelRefusal) {
    guard isEnabled else { throw .switchedOff }
    try table.opened(by: number, cookie: cookie, from: origin)
    handlers[number] = handler
  }

  /// Returns the handler of the GET.
  func joined(
    by handler: TunnelHandler, _ number: TunnelTable.Connection, cookie: String,
    from origin: TunnelTable.Origin
  ) throws(TunnelRefusal) -> TunnelHandler {
    guard isEnabled else { throw .switchedOff }
    let junction = try table.joined(by: number, cookie: cookie, from: origin)
    guard let get = handlers[junction.get] else { throw .unknownCookie }
    handlers[number] = handler
    if let replaced = junction.replaced { handlers.removeValue(forKey: replaced)?.close() }
    return get
  }

  func closed(_ number: TunnelTable.Connection) {
    handlers[number] = nil
    if let other = table.closed(number) { handlers.removeValue(forKey: other)?.close() }
  }
}
