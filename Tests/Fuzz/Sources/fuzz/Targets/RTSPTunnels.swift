import NIOCore
import RTSP
import SDP

/// RTSP over HTTP: what opens a tunnel, and the base64 in it.
enum RTSPTunnels {
  static func tunnel(_ bytes: [UInt8]) {
    var tight = TunnelLimits()
    tight.headBytes = 120
    tight.headerCount = 3
    tight.cookieBytes = 8
    for limits in [TunnelLimits(), tight] {
      require(
        opening([bytes[...]], limits) == opening(Pieces.of(bytes), limits),
        "pieces make no difference")
    }
    require(
      decoded([bytes[...]]) == decoded(Pieces.of(bytes)), "pieces make no difference to base64")
    // Each piece encoded by itself, as clients do with each request.
    let pieces = Pieces.of(bytes)
    let text = pieces.map { Base64.encode($0) }.joined(separator: "\r\n")
    let back = decoded(Pieces.of(Array(text.utf8)))
    require(back.bytes == bytes && back.failure == nil, "base64 brings back what was encoded")
  }

  private struct Opening: Equatable {
    var outcome: Result<TunnelOpening.Outcome?, TunnelError>
    /// What is left in the buffer for whoever comes next.
    var rest: [UInt8]
  }

  private static func opening(_ pieces: [ArraySlice<UInt8>], _ limits: TunnelLimits) -> Opening {
    var opening = TunnelOpening(limits: limits)
    var buffer = ByteBuffer()
    var result: Result<TunnelOpening.Outcome?, TunnelError> = .success(nil)
    var isDecided = false
    for piece in pieces {
      buffer.writeBytes(piece)
      guard !isDecided else { continue }
      result = outcome { () throws(TunnelError) in try opening.next(from: &buffer) }
      switch result {
      case .success(nil):
        require(buffer.readableBytes < limits.headBytes + piece.count, "what is kept is bounded")
      case .success(.get(let cookie)), .success(.post(let cookie)):
        require((1...limits.cookieBytes).contains(cookie.utf8.count), "cookies are short")
        isDecided = true
      case .success, .failure:
        isDecided = true
      }
    }
    if case .failure = result { buffer.clear() }
    return Opening(outcome: result, rest: buffer.allBytes)
  }

  private struct Decoded: Equatable {
    var bytes: [UInt8] = []
    var failure: TunnelError?
  }

  private static func decoded(_ pieces: [ArraySlice<UInt8>]) -> Decoded {
    var decoder = TunnelDecoder()
    var result = Decoded()
    for piece in pieces {
      var buffer = ByteBuffer(bytes: piece)
      do throws(TunnelError) {
        if let bytes = try decoder.next(from: &buffer) { result.bytes += bytes.allBytes }
        require(buffer.readableBytes == 0, "the buffer is emptied")
      } catch {
        // What came before the error in the same piece is lost with the connection.
        return Decoded(bytes: [], failure: error)
      }
    }
    return result
  }
}
