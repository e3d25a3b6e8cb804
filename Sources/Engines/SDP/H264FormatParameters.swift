import Media
import NIOCore

/// What `a=fmtp` says about an H.264 stream.
///
/// Source: RFC 6184 §8.1.
public struct H264FormatParameters: Sendable, Hashable {
  /// Six hex digits: profile, constraint flags and level, as in the SPS.
  public var profileLevelID: String?
  /// 0: single NAL units only; 1: STAP-A and FU-A too; 2: interleaved.
  public var packetizationMode: Int
  /// The receiver may send another level than it gets.
  public var allowsLevelAsymmetry: Bool
  /// Parameter sets, in order; empty if they come in band only.
  public var parameterSets: [NALUnit]

  public init(
    profileLevelID: String?, packetizationMode: Int = 1, allowsLevelAsymmetry: Bool = false,
    parameterSets: [NALUnit] = []
  ) {
    self.profileLevelID = profileLevelID
    self.packetizationMode = packetizationMode
    self.allowsLevelAsymmetry = allowsLevelAsymmetry
    self.parameterSets = parameterSets
  }

  /// The parameters, separated by semicolons, in the order Sora writes them.
  public var serialized: String {
    var parameters: [String] = []
    if allowsLevelAsymmetry { parameters.append("level-asymmetry-allowed=1") }
    parameters.append("packetization-mode=\(packetizationMode)")
    if let profileLevelID { parameters.append("profile-level-id=\(profileLevelID)") }
    if !parameterSets.isEmpty {
      let texts = parameterSets.map { Base64.encode($0.bytes.readableBytesView) }
      parameters.append("sprop-parameter-sets=\(texts.joined(separator: ","))")
    }
    return parameters.joined(separator: ";")
  }

  /// The first SPS and the first PPS, nil if either is missing.
  public var parameterSetPair: ParameterSets? {
    let sps = parameterSets.first { $0.typeCode == NALUnit.TypeCode.sequenceParameterSet }
    let pps = parameterSets.first { $0.typeCode == NALUnit.TypeCode.pictureParameterSet }
    guard let sps, let pps else { return nil }
    return ParameterSets(sps: sps, pps: pps)
  }
}

extension H264FormatParameters {
  /// Parameter sets read from one description at most.
  private static let maximumParameterSets = 32

  /// Reads what follows the payload type in `a=fmtp`.
  ///
  /// Unknown parameters and parameter sets that are not Base64 are ignored; names may be
  /// written in any case.
  public init(parsing text: String) {
    self.init(profileLevelID: nil, packetizationMode: 0)
    for parameter in text.split(separator: ";") {
      let fields = parameter.split(separator: "=", maxSplits: 1)
      guard fields.count == 2 else { continue }
      let value = fields[1].filter { $0 != " " }
      switch fields[0].filter({ $0 != " " }).lowercased() {
      case "profile-level-id": profileLevelID = Self.profileLevelID(value)
      case "packetization-mode": packetizationMode = Int(value) ?? 0
      case "level-asymmetry-allowed": allowsLevelAsymmetry = value == "1"
      case "sprop-parameter-sets": parameterSets = Self.parameterSets(value)
      default: break
      }
    }
  }

  private static func profileLevelID(_ value: String) -> String? {
    guard value.utf8.count == 6, value.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return nil
    }
    return value.lowercased()
  }

  private static func parameterSets(_ value: String) -> [NALUnit] {
    value.split(separator: ",").prefix(maximumParameterSets).compactMap { text in
      guard var bytes = Base64.decode(text).map({ $0[...] }) else { return nil }
      // Several servers leave the Annex B start code in (gortsplib issue 426).
      for startCode in [[0, 0, 0, 1], [0, 0, 1]] as [[UInt8]] where bytes.starts(with: startCode) {
        bytes = bytes.dropFirst(startCode.count)
      }
      return bytes.isEmpty ? nil : NALUnit(bytes: ByteBuffer(bytes: bytes))
    }
  }
}
