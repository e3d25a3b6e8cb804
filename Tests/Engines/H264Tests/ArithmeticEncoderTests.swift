import Media
import TestSupport
import Testing

@testable import H264

@Suite struct ArithmeticEncoderTests {
  /// Table 9-13, ctxIdx 11, cabac_init_idc 0, as §9.3.1.1 makes states of them.
  @Test(arguments: [
    (26, 6, true), (51, 42, true), (0, 30, false), (-12, 30, false), (20, 2, false),
  ])
  func contextsStartAsTheQuantizerSays(_ quantizer: Int, _ state: Int, _ likelyBin: Bool) {
    let context = BinContext(slope: 23, offset: 33, quantizer: quantizer)
    #expect(context.state == state)
    #expect(context.likelyBin == likelyBin)
  }

  @Test func presetsAreClipped() {
    #expect(BinContext(slope: -127, offset: 0, quantizer: 51).state == 62)
    #expect(BinContext(slope: 127, offset: 0, quantizer: 51).state == 62)
  }

  /// Bins of all probabilities, decoded by the standard's decoder.
  @Test(arguments: [1, 8, 50, 92, 99])
  func binsComeBack(percentage: Int) throws {
    var generator = SeededGenerator(seed: UInt64(percentage))
    for length in [1, 2, 17, 3000] {
      let bins = (0..<length).map { _ in Int.random(in: 0..<100, using: &generator) < percentage }
      var encoder = ArithmeticEncoder(after: BitWriter())
      var contexts = [26, 0].map { BinContext(slope: 23, offset: 33, quantizer: $0) }
      for (index, bin) in bins.enumerated() {
        encoder.encode(bin, &contexts[index % 2])
        encoder.encodeEnd(index == length - 1)
      }
      var decoder = ArithmeticDecoder(encoder.writer.bytes)
      contexts = [26, 0].map { BinContext(slope: 23, offset: 33, quantizer: $0) }
      for (index, bin) in bins.enumerated() {
        try #require(decoder.decode(&contexts[index % 2]) == bin)
        try #require(decoder.decodeEnd() == (index == length - 1))
      }
      // The last bit the decoder has read then is the stop bit.
      #expect(decoder.position == encoder.writer.bitCount)
      #expect(decoder.lastBit)
    }
  }
}

/// The decoding process of §9.3.3.2. It shares the encoder's tables: those are checked by other
/// people's decoders, see `SkipPicturesTests`.
private struct ArithmeticDecoder {
  private let bytes: [UInt8]
  private(set) var position = 0
  private(set) var lastBit = false
  private var range = 510
  private var offset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for _ in 0..<9 { offset = offset << 1 | bit() }
  }

  private mutating func bit() -> Int {
    defer { position += 1 }
    guard position / 8 < bytes.count else { return 0 }
    lastBit = bytes[position / 8] >> (7 - position % 8) & 1 == 1
    return lastBit ? 1 : 0
  }

  mutating func decode(_ context: inout BinContext) -> Bool {
    let unlikelyRange = ArithmeticEncoder.unlikelyRanges[context.state * 4 + (range >> 6) & 3]
    range -= unlikelyRange
    let isLikely = offset < range
    let bin = isLikely == context.likelyBin
    if isLikely {
      context.state = min(context.state + 1, 62)
    } else {
      offset -= range
      range = unlikelyRange
      if context.state == 0 { context.likelyBin.toggle() }
      context.state = ArithmeticEncoder.nextStates[context.state]
    }
    renormalize()
    return bin
  }

  mutating func decodeEnd() -> Bool {
    range -= 2
    guard offset < range else { return true }
    renormalize()
    return false
  }

  private mutating func renormalize() {
    while range < 256 {
      range <<= 1
      offset = offset << 1 | bit()
    }
  }
}
