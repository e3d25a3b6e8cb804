import H264
import Media
import RTP

/// What a viewer is sent first, so that players show a picture at once.
///
/// libavformat looks at some two dozen pictures before it hands out the first one: a second of a
/// quick stream, half a minute of a slow one. So the IDR a viewer starts with is followed by a
/// number of pictures that repeat it. Each is a few bytes: a P picture in which every macroblock is
/// skipped. Their number is a multiple of what `frame_num` counts to, so the stream's own next
/// picture follows the last of them as if they were not there, and no second IDR is needed.
///
/// All timestamps but the last are squeezed: the newest picture keeps its own, each one before it
/// is a millisecond earlier. A player is left standing behind by that much and no more, however old
/// the IDR is.
///
/// Source: measured with libavformat 59, which wants 24 to 29 pictures; ITU-T H.264 §7.4.3
/// (`frame_num`), §8.4.1.1 (P_Skip).
struct SnapshotPreamble {
  /// Repeats that a player needs beside the IDR, rounded up to what `frame_num` allows.
  private static let leastRepeats = 29
  /// From one squeezed timestamp to the next: what every container can tell apart.
  static let step: Duration = .milliseconds(1)

  /// What the repeats are written for.
  let parameterSets: ParameterSets
  /// Empty if an encoder writes a syntax this does not work for: viewers then start with the IDR
  /// alone.
  private let repeats: [NALUnit]

  init(parameterSets: ParameterSets) {
    self.parameterSets = parameterSets
    let pictures = try? SkipPictures(parameterSets: parameterSets)
    repeats = pictures?.units(atLeast: Self.leastRepeats) ?? []
  }

  /// The trains of an IDR and what followed it so far, with the repeats in between.
  ///
  /// - Parameter accessUnits: An IDR first; the last one is the newest picture.
  func trains(of accessUnits: [AccessUnit], packetizer: H264Packetizer) -> [PacketTrain] {
    guard let idr = accessUnits.first else { return [] }
    let copies = repeats.map { unit in
      AccessUnit(
        serial: idr.serial, nalUnits: [unit], presentationTime: idr.presentationTime,
        isIDR: false, format: idr.format)
    }
    return Self.squeezed(([idr] + copies + accessUnits.dropFirst()).map(packetizer.packetize))
  }

  /// The same without repeats.
  static func plain(_ accessUnits: [AccessUnit], packetizer: H264Packetizer) -> [PacketTrain] {
    squeezed(accessUnits.map(packetizer.packetize))
  }

  private static func squeezed(_ trains: [PacketTrain]) -> [PacketTrain] {
    guard let newest = trains.last?.presentationTime else { return trains }
    var trains = trains
    for index in trains.indices.dropLast() {
      let age = step * (trains.count - 1 - index)
      trains[index].presentationTime = newest.advanced(by: .zero - age)
    }
    return trains
  }
}
