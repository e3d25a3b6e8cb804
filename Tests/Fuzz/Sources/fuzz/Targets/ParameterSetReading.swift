import H264
import Media
import NIOCore

/// SPS and PPS of any encoder, and the pictures that repeat an IDR.
enum ParameterSetReading {
  /// The input is an SPS and a PPS, the SPS with its length in front.
  static func run(_ bytes: [UInt8]) {
    var script = ByteScript(bytes)
    let length = Int(script.byte())
    let sps = NALUnit(bytes: ByteBuffer(bytes: script.bytes(length)))
    let pps = NALUnit(bytes: ByteBuffer(bytes: script.bytes(.max)))
    guard let sequence = try? SequenceParameterSet(sps) else { return }
    require(sequence.size.width > 0 && sequence.size.height > 0, "pictures have an area")
    require(sequence.size.width <= sequence.widthInMacroblocks * 16, "cropping takes away")
    _ = try? PictureParameterSet(pps, sequence: sequence)
    let sets = ParameterSets(sps: sps, pps: pps)
    guard let repeats = try? SkipPictures(parameterSets: sets) else { return }
    let units = repeats.units(atLeast: 24)
    require((24...24 + 64).contains(units.count), "as many as wanted, up to a whole round")
    require(units.count % repeats.maxFrameNumber == 0, "whole rounds")
    for unit in units {
      require(unit.typeCode == NALUnit.TypeCode.nonIDRSlice, "repeats are slices")
      require(unit.count < 64 * 1024, "repeats are small")
      require(!holdsStartCode(unit.bytes.allBytes), "nothing in a unit looks like a start code")
    }
  }

  private static func holdsStartCode(_ bytes: [UInt8]) -> Bool {
    var zeros = 0
    for byte in bytes {
      if zeros >= 2, byte <= 2 { return true }
      zeros = byte == 0 ? zeros + 1 : 0
    }
    return zeros > 0
  }
}
