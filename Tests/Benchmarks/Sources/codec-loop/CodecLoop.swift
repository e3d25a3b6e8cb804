import ArgumentParser
import Foundation
import Media
import NIOCore
import TurboJPEG
import X264

/// Decodes and encodes pictures with nothing around it: the floor for the bridge's CPU time.
@main
struct CodecLoop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "codec-loop",
    abstract: "Measures decoding JPEGs and encoding them as H.264, and prints JSON.",
    discussion: "CPU times are of the one thread that does both, in microseconds per picture.")

  @Argument(
    help: "A folder of JPEGs, used in the order of their names, or a file of JPEGs in a row.")
  var pictures: String

  @Option(help: "x264 preset: ultrafast, superfast, veryfast, faster, fast or medium.")
  var preset: H264Preset = .superfast

  @Option(help: "constrainedBaseline, main or high.")
  var profile: H264Profile = .constrainedBaseline

  @Option(help: "Bit rate in kbit/s.")
  var bitrateKbps = 2000

  @Option(help: "Longest time between IDRs in seconds.")
  var keyframeIntervalSeconds = 2.0

  @Option(help: "Pictures per second that the presentation times tell.")
  var rate = 25.0

  @Option(help: "How many pictures to encode; those there are come again and again.")
  var count = 1500

  @Flag(help: "Wait between pictures as a camera does, instead of running at full speed.")
  var realTime = false

  @Option(help: "Write the H.264 stream to this file.")
  var output: String?

  func validate() throws {
    guard count > 0, (1...1000).contains(rate), keyframeIntervalSeconds > 0 else {
      throw ValidationError("--count, --rate and --keyframe-interval-seconds must be positive")
    }
  }

  func run() throws {
    let pictures = try JPEGCollection(path: pictures).pictures
    let result = try measure(pictures)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }

  private func measure(_ pictures: [ByteBuffer]) throws -> Result {
    var decoder = try JPEGDecoder()
    let size = try decoder.readHeader(of: pictures[0]).size
    var frame = PixelFrame(size: size)
    var encoder = try H264Encoder(
      settings: H264EncoderSettings(
        size: size, profile: profile, preset: preset, bitrateKbps: bitrateKbps,
        keyframeInterval: .seconds(keyframeIntervalSeconds)))
    var stream = ByteBuffer()
    var times = (decode: [Double](), encode: [Double](), total: [Double]())
    var (bytes, idrs) = (0, 0)
    let start = ContinuousClock.now
    let processBefore = CPUTime.ofProcess
    for number in 0..<count {
      let moment = Duration.seconds(Double(number) / rate)
      if realTime { pause(until: start.advanced(by: moment)) }
      let begin = CPUTime.ofThread
      _ = try decoder.decode(pictures[number % pictures.count], into: &frame)
      let decoded = CPUTime.ofThread
      let picture = try encoder.encode(
        frame, presentationTime: MediaTime(nanoseconds: 0).advanced(by: moment), forceIDR: false)
      let end = CPUTime.ofThread
      times.decode.append(decoded - begin)
      times.encode.append(end - decoded)
      times.total.append(end - begin)
      bytes += picture.nalUnits.reduce(0) { $0 + $1.count }
      if picture.isIDR { idrs += 1 }
      if output != nil { append(picture, encoder.parameterSets, to: &stream) }
    }
    let process = CPUTime.ofProcess - processBefore
    if let output {
      try Data(stream.readableBytesView).write(to: URL(filePath: output))
    }
    return Result(
      pictures: count, distinctPictures: pictures.count, size: "\(size)",
      preset: preset.rawValue, profile: profile.rawValue, threads: 1, bitrateKbps: bitrateKbps,
      measuredKbps: Double(bytes) * 8 / 1000 / (Double(count) / rate), idrs: idrs,
      realTime: realTime, decodeMicroseconds: Spread(times.decode),
      encodeMicroseconds: Spread(times.encode), totalMicroseconds: Spread(times.total),
      processMicrosecondsPerPicture: process / Double(count))
  }

  private func pause(until moment: ContinuousClock.Instant) {
    let wait = ContinuousClock.now.duration(to: moment).inSeconds
    if wait > 0 { Thread.sleep(forTimeInterval: wait) }
  }

  /// Annex B, with the parameter sets before every IDR.
  private func append(
    _ picture: EncodedPicture, _ sets: ParameterSets, to stream: inout ByteBuffer
  ) {
    for unit in (picture.isIDR ? [sets.sps, sets.pps] : []) + picture.nalUnits {
      stream.writeInteger(1, as: UInt32.self)
      stream.writeImmutableBuffer(unit.bytes)
    }
  }
}

extension H264Preset: @retroactive ExpressibleByArgument {}
extension H264Profile: @retroactive ExpressibleByArgument {}
