import Media
import NIOCore
import RTP

@testable import RTSP

/// One client's whole connection to the server.
///
/// The first byte sets the scene, bytes from 0xF8 up are what happens beside the client's own
/// bytes (see `Event`); RTSP has no use for them, so the rest of the input is plain RTSP.
enum ServerSession {
  /// What happens beside bytes.
  enum Event: UInt8 {
    case deadline = 0xF8
    case ready
    case unavailable
    case failed
    case rtcp
    case fiveSeconds
    case inputEnded
    case peerClosed
  }

  static func run(_ bytes: [UInt8]) {
    guard let scene = bytes.first else { return }
    let acts = acts(of: bytes.dropFirst())
    let whole = play(acts, scene: scene, inPieces: false)
    let pieces = play(acts, scene: scene, inPieces: true)
    // With tight limits a client may send no more ahead than fits, which pieces never do.
    let isTight = scene & 16 == 16
    require(isTight || whole == pieces, "pieces make no difference")
  }

  enum Act {
    case bytes([UInt8])
    case event(Event)
  }

  private static func acts(of bytes: ArraySlice<UInt8>) -> [Act] {
    var acts: [Act] = []
    var run: [UInt8] = []
    for byte in bytes {
      guard let event = Event(rawValue: byte) else {
        run.append(byte)
        continue
      }
      if !run.isEmpty { acts.append(.bytes(run)) }
      run = []
      acts.append(.event(event))
    }
    return run.isEmpty ? acts : acts + [.bytes(run)]
  }

  private static func play(_ acts: [Act], scene: UInt8, inPieces: Bool) -> [RTSPServerOrder] {
    var stage = ServerStage(scene: scene)
    for act in acts {
      switch act {
      case .event(let event): stage.happen(event)
      case .bytes(let bytes):
        let pieces = inPieces ? Pieces.of(bytes) : [bytes[...]]
        for piece in pieces { stage.receive(piece) }
      }
    }
    stage.end()
    return stage.orders
  }
}
