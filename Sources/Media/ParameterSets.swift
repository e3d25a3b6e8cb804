import NIOCore

/// The SPS and PPS a decoder needs before the first picture.
public struct ParameterSets: Sendable, Hashable {
  public var sps: NALUnit
  public var pps: NALUnit

  public init(sps: NALUnit, pps: NALUnit) {
    self.sps = sps
    self.pps = pps
  }

  /// Profile, constraint flags and level as six hex digits, for example `42c01e`; nil if the SPS
  /// is shorter than its fixed header.
  ///
  /// Source: RFC 6184 §8.1, `profile-level-id`.
  public var profileLevelID: String? {
    let start = sps.bytes.readerIndex
    guard let bytes = sps.bytes.getBytes(at: start + 1, length: 3) else { return nil }
    let digits = Array("0123456789abcdef".utf8)
    var text = ""
    for byte in bytes {
      text.unicodeScalars.append(Unicode.Scalar(digits[Int(byte >> 4)]))
      text.unicodeScalars.append(Unicode.Scalar(digits[Int(byte & 15)]))
    }
    return text
  }
}

/// What a receiver must know to decode the stream: parameter sets and coded size.
public struct VideoFormat: Sendable, Hashable {
  public var parameterSets: ParameterSets
  public var size: PictureSize
  /// Average bit rate the encoder aims at, for `b=AS`.
  public var bitrateKbps: Int

  public init(parameterSets: ParameterSets, size: PictureSize, bitrateKbps: Int) {
    self.parameterSets = parameterSets
    self.size = size
    self.bitrateKbps = bitrateKbps
  }
}
