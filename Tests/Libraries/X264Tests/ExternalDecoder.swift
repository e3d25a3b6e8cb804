import Foundation
import Media
import NIOCore
import TestSupport

/// Runs the installed ffmpeg and ffprobe on an encoded stream: decoders that know nothing of us.
struct ExternalDecoder {
  private let directory: URL
  private var stream: URL { directory.appending(path: "stream.h264") }

  /// Writes the pictures as an Annex B file with the parameter sets before every IDR.
  init(_ pictures: [(units: [NALUnit], isIDR: Bool)], parameterSets: ParameterSets) throws {
    directory = FileManager.default.temporaryDirectory
      .appending(path: "x264-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var bytes: [UInt8] = []
    for picture in pictures {
      let sets = picture.isIDR ? [parameterSets.sps, parameterSets.pps] : []
      for unit in sets + picture.units {
        bytes += [0, 0, 0, 1]
        bytes += unit.bytes.readableBytesView
      }
    }
    try Data(bytes).write(to: stream)
  }

  func removeFiles() {
    try? FileManager.default.removeItem(at: directory)
  }

  /// ffprobe's entries for the stream, by name, for example `color_range`.
  func streamEntries() async throws -> [String: String] {
    let output = try await run(
      "ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "default=nw=1",
      stream.path)
    return entries(output.text, separator: "=")
  }

  /// ffprobe's picture types, one letter per picture; IDRs and other keyframes in upper case `K`.
  func pictureTypes() async throws -> String {
    let output = try await run(
      "ffprobe", "-v", "error", "-show_entries", "frame=key_frame,pict_type", "-of", "csv=p=0",
      stream.path)
    return output.text.split(separator: "\n").map { line in
      line.hasPrefix("1") ? "K" : String(line.split(separator: ",").last ?? "?")
    }.joined()
  }

  /// Syntax elements of all headers as ffmpeg's bitstream tracer prints them; the last one of a
  /// name wins.
  func headerElements() async throws -> [String: String] {
    let output = try await run(
      "ffmpeg", "-v", "verbose", "-nostdin", "-i", stream.path, "-c", "copy", "-bsf:v",
      "trace_headers", "-f", "null", "-")
    var elements: [String: String] = [:]
    for line in output.errors.split(separator: "\n") where line.contains(" = ") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count >= 4, let name = words.dropLast(3).last, let value = words.last else {
        continue
      }
      elements[String(name)] = String(value)
    }
    return elements
  }

  /// All pictures as interleaved RGB, one after the other, and what ffmpeg complained about.
  func decodeRGB() async throws -> (pixels: [UInt8], complaints: String) {
    let raw = directory.appending(path: "pictures.rgb")
    let output = try await run(
      "ffmpeg", "-v", "warning", "-nostdin", "-y", "-i", stream.path, "-fps_mode", "passthrough",
      "-sws_flags", "accurate_rnd+full_chroma_int", "-pix_fmt", "rgb24", "-f", "rawvideo",
      raw.path)
    // The scaler warns of every full-range picture, whatever its flags say.
    let complaints = output.errors.split(separator: "\n").filter { !$0.contains("[swscaler") }
    return ([UInt8](try Data(contentsOf: raw)), complaints.joined(separator: "\n"))
  }

  private func entries(_ text: String, separator: Character) -> [String: String] {
    var result: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
    }
    return result
  }

  private func run(
    _ tool: String, _ arguments: String...
  ) async throws -> (text: String, errors: String) {
    let outcome = try await ExternalProgram.run(tool, arguments)
    guard outcome.exitCode == 0 else {
      throw ToolFailure(tool: tool, status: outcome.exitCode, complaint: outcome.errors)
    }
    return (String(decoding: outcome.output, as: UTF8.self), outcome.errors)
  }

  struct ToolFailure: Error {
    var tool: String
    var status: Int32
    var complaint: String
  }
}
