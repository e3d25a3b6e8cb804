import NIOCore

/// A small deterministic random generator (SplitMix64): a finding must be one every time.
struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// Seeded by the bytes themselves (FNV-1a).
  init(_ bytes: [UInt8]) {
    state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

enum Pieces {
  /// `bytes` as a network might cut them: byte by byte, or into pieces of random size.
  static func of(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var generator = SeededGenerator(bytes)
    let longest = [1, 4, 64, 1500][Int(generator.next() & 3)]
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
      let length = min(Int.random(in: 1...longest, using: &generator), bytes.count - start)
      pieces.append(bytes[start..<start + length])
      start += length
    }
    return pieces
  }
}

/// What a parser made of a stream: its messages, and the error that ended it.
struct Transcript<Message: Equatable, Failure: Error & Equatable>: Equatable {
  var messages: [Message] = []
  var failure: Failure?

  /// Feeds `bytes` in pieces.
  ///
  /// - Parameter mostKept: Bytes a parser that wants more may leave in the buffer.
  init(
    _ pieces: [ArraySlice<UInt8>], mostKept: Int = .max,
    next: (inout ByteBuffer) throws(Failure) -> Message?
  ) {
    var buffer = ByteBuffer()
    for piece in pieces {
      buffer.writeBytes(piece)
      do {
        while let message = try next(&buffer) { messages.append(message) }
      } catch {
        failure = error
        var again = buffer
        let second = outcome { () throws(Failure) in try next(&again) }
        guard case .failure(let repeated) = second else {
          require(false, "an error is final")
          return
        }
        require(repeated == error, "an error stays the same")
        return
      }
      require(buffer.readableBytes <= mostKept, "what is kept is bounded")
    }
  }
}
