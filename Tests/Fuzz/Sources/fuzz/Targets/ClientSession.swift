import NIOCore

@testable import RTSP

/// The client that takes one picture, against a server that says anything.
enum ClientSession {
  static func run(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    let login = script.byte() & 1 == 1 ? RTSPLogin(username: "user", password: "secret") : nil
    let stream = script.bytes(.max)
    let whole = conversation([stream[...]], login)
    require(whole == conversation(Pieces.of(stream), login), "pieces make no difference")
  }

  private struct Conversation: Equatable {
    var orders: [RTSPClientOrder] = []
    var failure: RTSPClientError?
    var progress = RTSPClientProgress()
  }

  private static func conversation(
    _ pieces: [ArraySlice<UInt8>], _ login: RTSPLogin?
  ) -> Conversation {
    var session = RTSPClientSession(
      url: "rtsp://server/live", login: login, userAgent: "fuzz", clientNonce: "0a4f113b")
    var parser = RTSPResponseParser()
    var buffer = ByteBuffer()
    var result = Conversation()
    var check = Check(hasLogin: login != nil)
    result.orders = session.connected()
    for order in result.orders { check.take(order) }
    do throws(RTSPClientError) {
      for piece in pieces {
        buffer.writeBytes(piece)
        while let message = try parser.next(from: &buffer) {
          if case .reply(let reply) = message {
            let challenges = AuthenticationChallenge.parse(
              reply.headers.values("WWW-Authenticate"))
            for scheme in challenges.map(\.scheme)
            where scheme.isEqualIgnoringCase("Basic") || scheme.isEqualIgnoringCase("Digest") {
              check.mayShowLogin = true
            }
          }
          let orders = try session.received(message)
          require(orders.count <= 4, "one message gives few orders")
          for order in orders { check.take(order) }
          result.orders += orders
          if orders.contains(.close) {
            require(session.awaitedStep == nil, "nothing is awaited after the end")
            result.progress = session.progress
            return result
          }
        }
      }
    } catch {
      result.failure = error
      require(!"\(error)".contains("secret"), "errors do not tell the password")
    }
    result.progress = session.progress
    return result
  }

  /// Follows what the session wants.
  private struct Check {
    let hasLogin: Bool
    var mayShowLogin = false
    private var lastCSeq: UInt64 = 0
    private var pictures = 0
    private var requests = 0

    init(hasLogin: Bool) {
      self.hasLogin = hasLogin
    }

    mutating func take(_ order: RTSPClientOrder) {
      switch order {
      case .send(let bytes): sent(bytes)
      case .deliver(let picture):
        pictures += 1
        require(pictures == 1, "one picture is delivered")
        require(!picture.slices.isEmpty, "a picture has slices")
        require(picture.parameterSets.count >= 2, "a picture has its parameter sets")
      case .reached, .close: break
      }
    }

    private mutating func sent(_ bytes: ByteBuffer) {
      guard !bytes.readableBytesView.starts(with: "RTSP/1.0 501 ".utf8) else { return }
      var limits = RTSPLimits()
      limits.headBytes = 65_536
      var parser = RTSPMessageParser(limits: limits)
      var buffer = bytes
      guard case .request(let request)? = try? parser.next(from: &buffer) else {
        return require(false, "what is sent is a request: \(String(buffer: bytes))")
      }
      require(buffer.readableBytes == 0, "one request at a time")
      require(request.cseq == lastCSeq + 1, "requests are numbered")
      lastCSeq = request.cseq
      requests += 1
      require(requests <= 10, "a picture takes few requests")
      if request.headers["Authorization"] != nil {
        require(hasLogin && mayShowLogin, "the password is for servers that want it")
      }
    }
  }
}
