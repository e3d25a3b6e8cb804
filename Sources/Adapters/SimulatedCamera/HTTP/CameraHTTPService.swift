import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// A connection as the camera keeps it.
struct CameraConnection {
  /// Requests a client may send ahead of the answers; a connection with more is closed.
  static let backlogLimit = 8

  let channel: any Channel
  let service: HTTPService
  /// An answer is on its way or its stream is open; what comes meanwhile waits.
  var isBusy = false
  var backlog: [HTTPRequest] = []
}

extension SimulatedCamera {
  /// Opens one of the two TCP ports.
  func listen(_ service: HTTPService, port: Int) async throws(SimulatedCameraError) -> any Channel {
    let bootstrap = ServerBootstrap(group: eventLoop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 16)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.socketOption(.so_sndbuf), value: present.sendBufferBytes)
      // Writable means that the kernel took everything: pictures are not queued here.
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
          let connection = HTTPConnection(camera: self, service: service)
          try channel.pipeline.syncOperations.addHandlers([decoder, connection])
        }
      }
    do {
      return try await bootstrap.bind(host: present.address, port: port).get()
    } catch {
      throw .portUnavailable(
        service: service.rawValue, address: present.address, port: port, reason: "\(error)")
    }
  }

  // MARK: - Called by connections

  func connectionOpened(_ channel: any Channel, service: HTTPService) {
    let id = ObjectIdentifier(channel)
    let open = connections.values.count { $0.service == service }
    guard power == .on, open < present.connectionLimit else {
      counters.connectionsRefused += 1
      channel.close(promise: nil)
      statusChanged()
      return
    }
    connections[id] = CameraConnection(channel: channel, service: service)
    statusChanged()
  }

  func connectionClosed(_ id: ObjectIdentifier) {
    guard connections.removeValue(forKey: id) != nil else { return }
    calls.answered(on: id, at: lifetimeMilliseconds)
    releaseWorker(of: id)
    if poll?.connection == id { poll = nil }
    if liveview.client == id { liveviewClientGone() }
    statusChanged()
  }

  func requestArrived(_ request: HTTPRequest, on id: ObjectIdentifier) {
    guard let connection = connections[id] else { return }
    guard connection.isBusy else { return handle(request, on: id) }
    guard connection.backlog.count < CameraConnection.backlogLimit else { return close(id) }
    connections[id]?.backlog.append(request)
  }

  // MARK: - Answers

  private func handle(_ request: HTTPRequest, on id: ObjectIdentifier) {
    connections[id]?.isBusy = true
    logger.debug(
      "request", metadata: ["method": "\(request.method)", "path": "\(request.path)"])
    switch connections[id]?.service {
    case .description: answer(descriptionAnswer(to: request, on: id), to: request, on: id)
    case .api where request.path.hasPrefix("/sony/"): handleAPICall(request, on: id)
    case .api where request.path == present.liveviewPath:
      calls.arrived(CallLog.streamRequest, on: id, at: lifetimeMilliseconds)
      withWorker(for: id) { $0.openLiveview(request, on: id) }
    case .api where request.path.hasPrefix(Self.postviewPath): answerPostview(request, on: id)
    case .api: answer(.refusal(.notFound), to: request, on: id)
    case nil: break
    }
  }

  /// Sends an answer, then closes the connection or goes on to the next request on it.
  func answer(_ answer: HTTPAnswer, to request: HTTPRequest, on id: ObjectIdentifier) {
    guard let channel = connections[id]?.channel else { return }
    channel.writeAndFlush(answer.encoded(), promise: nil)
    requestDone(closing: answer.closesConnection || !request.keepsConnection, on: id)
  }

  func requestDone(closing: Bool, on id: ObjectIdentifier) {
    calls.answered(on: id, at: lifetimeMilliseconds)
    releaseWorker(of: id)
    guard !closing else { return close(id) }
    connections[id]?.isBusy = false
    guard let next = connections[id]?.backlog.first else { return }
    connections[id]?.backlog.removeFirst()
    handle(next, on: id)
  }

  private func descriptionAnswer(to request: HTTPRequest, on id: ObjectIdentifier) -> HTTPAnswer {
    guard request.method == .GET, request.path == DeviceDescription.path else {
      return .refusal(.notFound, closesConnection: true)
    }
    if liveview.wedge == .untilDiscovered { liveview.wedge = nil }
    let description = DeviceDescription(
      friendlyName: present.friendlyName,
      uuid: SSDPIdentity.uuid(hardwareAddress: present.hardwareAddress),
      baseURL: baseURL(on: id), application: present.application)
    let body = ByteBuffer(string: description.xml)
    return HTTPAnswer(
      status: .ok,
      headers: [
        ("Accept-Range", "none"), ("Content-Length", String(body.readableBytes)),
        ("Content-Type", "text/xml; charset=\"utf-8\""),
        ("Connection", "close"), ("Date", cameraDate), ("Server", SSDPIdentity.server),
      ], body: body, closesConnection: true)
  }

  /// The camera does not know what day it is: its clock starts in 1970.
  private var cameraDate: String {
    let seconds = 5740 + Int(uptimeMilliseconds / 1000)
    let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
    return "Thu, 01 Jan 1970 \(parts.map(Self.twoDigits).joined(separator: ":")) GMT"
  }

  /// `http://host:port` of the API as the client at the other end of this connection reaches it.
  func baseURL(on id: ObjectIdentifier) -> String {
    let local = connections[id]?.channel.localAddress?.ipAddress
    let host = present.advertisedHost ?? local ?? present.address
    return "http://\(host):\(ports.api)"
  }

  // MARK: - Ends of connections

  /// Closes a connection in good order.
  func close(_ id: ObjectIdentifier) {
    connections[id]?.channel.close(promise: nil)
  }

  /// Closes a connection with RST.
  func reset(_ channel: any Channel) {
    // Without lingering the kernel throws away what is unsent and tells the peer so.
    if let provider = channel as? any SocketOptionProvider {
      provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
        channel.close(promise: nil)
      }
    } else {
      channel.close(promise: nil)
    }
  }
}
