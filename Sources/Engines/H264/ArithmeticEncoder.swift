/// The probability of one kind of bin as learned so far, a CABAC context.
///
/// Source: ITU-T H.264 §9.3.1.1.
struct BinContext: Equatable {
  /// `pStateIdx`, 0 for an even chance to 62 for near certainty.
  var state: Int
  /// `valMPS`, the value that is more probable.
  var likelyBin: Bool

  /// - Parameters:
  ///   - slope: `m` of the tables 9-12 to 9-33.
  ///   - offset: `n` of the same tables.
  ///   - quantizer: The slice's quantizer; negative ones of high bit depths count as 0.
  init(slope: Int, offset: Int, quantizer: Int) {
    let scaled = (slope * min(max(quantizer, 0), 51)) >> 4
    let preset = min(max(scaled + offset, 1), 126)
    likelyBin = preset > 63
    state = likelyBin ? preset - 64 : 63 - preset
  }
}

/// Writes bins with CABAC's arithmetic code.
///
/// Source: ITU-T H.264 §9.3.4.2 to §9.3.4.5.
struct ArithmeticEncoder {
  private(set) var writer: BitWriter
  private var low = 0
  private var range = 510
  private var outstandingBits = 0
  private var isFirstBit = true

  /// - Parameter writer: What has been written so far, aligned to a byte.
  init(after writer: BitWriter) {
    self.writer = writer
  }

  /// Writes a bin and learns from it.
  mutating func encode(_ bin: Bool, _ context: inout BinContext) {
    let unlikelyRange = Self.unlikelyRanges[context.state * 4 + (range >> 6) & 3]
    range -= unlikelyRange
    if bin == context.likelyBin {
      context.state = min(context.state + 1, 62)
    } else {
      low += range
      range = unlikelyRange
      if context.state == 0 { context.likelyBin.toggle() }
      context.state = Self.nextStates[context.state]
    }
    renormalize()
  }

  /// Writes whether the slice ends here; after `true` only the zeros that fill the byte may follow,
  /// since the last bit of the code is the stop bit.
  mutating func encodeEnd(_ isEnd: Bool) {
    range -= 2
    guard isEnd else { return renormalize() }
    low += range
    range = 2
    renormalize()
    put(low >> 9 & 1 == 1)
    writer.append(UInt64(low >> 7 & 3 | 1), bitCount: 2)
  }

  private mutating func renormalize() {
    while range < 256 {
      if low < 256 {
        put(false)
      } else if low >= 512 {
        low -= 512
        put(true)
      } else {
        low -= 256
        outstandingBits += 1
      }
      range <<= 1
      low <<= 1
    }
  }

  private mutating func put(_ bit: Bool) {
    if isFirstBit {
      isFirstBit = false
    } else {
      writer.append(bit)
    }
    for _ in 0..<outstandingBits { writer.append(!bit) }
    outstandingBits = 0
  }

  /// `rangeTabLPS`, four entries per state. Source: table 9-44.
  static let unlikelyRanges: [Int] = [
    128, 176, 208, 240, 128, 167, 197, 227, 128, 158, 187, 216, 123, 150, 178, 205,
    116, 142, 169, 195, 111, 135, 160, 185, 105, 128, 152, 175, 100, 122, 144, 166,
    95, 116, 137, 158, 90, 110, 130, 150, 85, 104, 123, 142, 81, 99, 117, 135,
    77, 94, 111, 128, 73, 89, 105, 122, 69, 85, 100, 116, 66, 80, 95, 110,
    62, 76, 90, 104, 59, 72, 86, 99, 56, 69, 81, 94, 53, 65, 77, 89,
    51, 62, 73, 85, 48, 59, 69, 80, 46, 56, 66, 76, 43, 53, 63, 72,
    41, 50, 59, 69, 39, 48, 56, 65, 37, 45, 54, 62, 35, 43, 51, 59,
    33, 41, 48, 56, 32, 39, 46, 53, 30, 37, 43, 50, 29, 35, 41, 48,
    27, 33, 39, 45, 26, 31, 37, 43, 24, 30, 35, 41, 23, 28, 33, 39,
    22, 27, 32, 37, 21, 26, 30, 35, 20, 24, 29, 33, 19, 23, 27, 31,
    18, 22, 26, 30, 17, 21, 25, 28, 16, 20, 23, 27, 15, 19, 22, 25,
    14, 18, 21, 24, 14, 17, 20, 23, 13, 16, 19, 22, 12, 15, 18, 21,
    12, 14, 17, 20, 11, 14, 16, 19, 11, 13, 15, 18, 10, 12, 15, 17,
    10, 12, 14, 16, 9, 11, 13, 15, 9, 11, 12, 14, 8, 10, 12, 14,
    8, 9, 11, 13, 7, 9, 11, 12, 7, 9, 10, 12, 7, 8, 10, 11,
    6, 8, 9, 11, 6, 7, 9, 10, 6, 7, 8, 9, 2, 2, 2, 2,
  ]

  /// `transIdxLPS`: the state after an unlikely bin. Source: table 9-45.
  static let nextStates: [Int] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12,
    13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
    24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33,
    33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
  ]
}
