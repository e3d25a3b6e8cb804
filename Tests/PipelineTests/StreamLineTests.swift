import Media
import NIOCore
import TestSupport
import Testing
import TurboJPEG

@testable import Pipeline

/// The whole line with real JPEGs and the real encoder; only the clock is turned by hand.
@Suite(.timeLimit(.minutes(1))) struct StreamLineTests {
  private static let size = PictureSize(width: 64, height: 48)
  private let clock = ManualClock()
  private let board: StatusBoard
  private let line: StreamLine

  init() {
    board = StatusBoard(clock: MediaClock(clock))
    var settings = EncoderSettings(settings: settingsReader())
    settings.keyframeInterval = .seconds(1)
    line = StreamLine(
      settings: settings, expectedSize: Self.size, board: board, clock: MediaClock(clock),
      logger: Sample.silentLogger)
  }

  /// Runs `body` beside the running line.
  private func whileRunning(_ body: () async throws -> Void) async rethrows {
    let line = line
    let run = Task { await line.run() }
    try await body()
    run.cancel()
    await run.value
  }

  @discardableResult
  private func publish(
    size: PictureSize = StreamLineTests.size, grey: UInt8 = 100
  ) throws -> JPEGFrame {
    let frame = try Sample.picture(at: clock.now, size: size, red: grey, green: grey, blue: grey)
    line.sink.publish(frame)
    return frame
  }

  /// A picture with its tail missing; the marker walk of an input would not let it through.
  private func publishCorrupt() throws {
    var frame = try Sample.picture(at: clock.now, size: Self.size, red: 9, green: 99, blue: 200)
    let bytes = Array(frame.bytes.readableBytesView)
    frame.bytes = ByteBuffer(bytes: bytes[..<(bytes.count / 2)])
    line.sink.publish(frame)
  }

  @Test func theFormatIsKnownBeforeAnyPicture() async throws {
    try await whileRunning {
      while line.handle.videoFormat == nil { await Task.yield() }
      let format = try #require(line.handle.videoFormat)
      #expect(format.size == Self.size)
      #expect(format.bitrateKbps == 2000)
      #expect(format.parameterSets.profileLevelID?.hasPrefix("42c0") == true)
      #expect(format.parameterSets.sps.typeCode == NALUnit.TypeCode.sequenceParameterSet)
      #expect(format.parameterSets.pps.typeCode == NALUnit.TypeCode.pictureParameterSet)
    }
  }

  @Test func nothingIsEncodedUntilSomebodyWatches() async throws {
    try await whileRunning {
      for _ in 0..<5 {
        try publish()
        clock.advance(by: .milliseconds(40))
      }
      let subscription = await line.handle.subscribe()
      let first = try #require(await subscription.next())
      #expect(line.statistics.encoder.encoded == 1)
      #expect(line.statistics.slot.received == 5)
      #expect(first.isIDR)
      #expect(first.serial == 1)
      subscription.cancel()
    }
  }

  /// One picture each for who comes once in a while: rate control is no reason to make it coarser.
  @Test func oneSnapshotIsAsGoodAsTheNext() async throws {
    var settings = EncoderSettings(settings: settingsReader())
    settings.bitrateKbps = 60
    let line = StreamLine(
      settings: settings, expectedSize: Self.size, board: board, clock: MediaClock(clock),
      logger: Sample.silentLogger)
    let run = Task { await line.run() }
    var generator = SeededGenerator(seed: 3)
    let noise = (0..<(Self.size.width * Self.size.height * 3)).map { _ in
      UInt8.random(in: .min ... .max, using: &generator)
    }
    var encoder = try JPEGEncoder()
    let jpeg = try encoder.encode(rgb: noise, size: Self.size, quality: 90, subsampling: .yuv422)
    var sizes: [Int] = []
    for _ in 0..<8 {
      line.sink.publish(
        JPEGFrame(
          bytes: jpeg, size: Self.size, presentationTime: clock.now, arrivalTime: clock.now))
      let subscription = await line.handle.subscribe()
      sizes.append(try #require(await subscription.next()).byteCount)
      let encoded = line.statistics.encoder.encoded
      subscription.cancel()
      // The encoder says so when it is done with the viewer.
      while !isIdle { await Task.yield() }
      #expect(line.statistics.encoder.encoded == encoded)
      clock.advance(by: .seconds(1))
    }
    run.cancel()
    await run.value
    let first = try #require(sizes.first)
    #expect(sizes.allSatisfy { $0 > first * 9 / 10 }, "\(sizes)")
  }

  private var isIdle: Bool {
    guard case .object(let page) = board.snapshot(), case .object(let parts)? = page["components"],
      case .object(let encoder)? = parts["encoder"]
    else { return false }
    return encoder["state"] == .string("waiting")
  }

  @Test func everyPictureBecomesAnAccessUnit() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      var idrs: [Int] = []
      var last: MediaTime?
      for number in 0..<20 {
        let frame = try publish(grey: UInt8(number * 10))
        let unit = try #require(await subscription.next())
        #expect(unit.presentationTime == frame.presentationTime)
        #expect(unit.serial == UInt64(number + 1))
        #expect(unit.byteCount > 0)
        if let last { #expect(unit.presentationTime > last) }
        last = unit.presentationTime
        let types = Set(unit.nalUnits.map(\.typeCode))
        let slice = unit.isIDR ? NALUnit.TypeCode.idrSlice : NALUnit.TypeCode.nonIDRSlice
        #expect(types == [slice])
        if unit.isIDR { idrs.append(number) }
        clock.advance(by: .milliseconds(100))
      }
      #expect(idrs == [0, 10], "one IDR a second, counted in time and not in pictures")
      subscription.cancel()
    }
  }

  @Test func anotherPictureSizeGoesOnWithAnIDR() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      try publish()
      let first = try #require(await subscription.next())
      clock.advance(by: .milliseconds(40))
      let larger = PictureSize(width: 160, height: 96)
      try publish(size: larger)
      let second = try #require(await subscription.next())
      #expect(first.format.size == Self.size)
      #expect(second.format.size == larger)
      #expect(second.isIDR)
      #expect(second.format.parameterSets != first.format.parameterSets)
      #expect(line.handle.videoFormat == second.format)
      subscription.cancel()
    }
  }

  @Test func anotherPictureSizeIsKnownBeforeAnybodyWatches() async throws {
    let larger = PictureSize(width: 160, height: 96)
    try await whileRunning {
      try publish(size: larger)
      while line.handle.videoFormat?.size != larger { await Task.yield() }
      #expect(line.statistics.encoder.encoded == 0)
    }
  }

  @Test func aCorruptPictureIsCountedAndSkipped() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      try publishCorrupt()
      while line.statistics.encoder.corrupt == 0 { await Task.yield() }
      clock.advance(by: .milliseconds(40))
      let good = try publish()
      let unit = try #require(await subscription.next())
      #expect(unit.presentationTime == good.presentationTime)
      #expect(unit.isIDR, "the viewer is still owed its IDR")
      #expect(line.statistics.encoder.corrupt == 1)
      #expect(board.components.first?.lastError != nil)
      subscription.cancel()
    }
  }

  @Test func aPictureFromBeforeTheViewerIsShownAtThePresentMoment() async throws {
    try await whileRunning {
      try publish()
      clock.advance(by: .milliseconds(1500))
      let subscription = await line.handle.subscribe()
      let unit = try #require(await subscription.next())
      #expect(unit.presentationTime == clock.now)
      subscription.cancel()
    }
  }

  @Test func presentationTimesRiseEvenForTheSamePictureAgain() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      try publish()
      let first = try #require(await subscription.next())
      clock.advance(by: .milliseconds(600))
      line.handle.requestKeyframe(.pictureLoss)
      let second = try #require(await subscription.next())
      #expect(second.isIDR)
      #expect(second.presentationTime > first.presentationTime)
      #expect(line.statistics.encoder.repeated == 1)
      subscription.cancel()
    }
  }

  @Test func theBitrateChangesWhileItRuns() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      try publish()
      _ = await subscription.next()
      line.setBitrate(kbps: 700)
      clock.advance(by: .milliseconds(40))
      try publish()
      let unit = try #require(await subscription.next())
      #expect(unit.format.bitrateKbps == 700)
      #expect(!unit.isIDR, "the stream goes on")
      subscription.cancel()
    }
  }

  @Test func theNewestPictureNeedsNoEncoder() throws {
    #expect(line.newestPicture() == nil)
    let frame = try publish()
    clock.advance(by: .milliseconds(250))
    let newest = try #require(line.newestPicture())
    #expect(newest.frame.bytes == frame.bytes)
    #expect(newest.age == .milliseconds(250))
  }

  @Test func endingTheLineEndsTheSubscriptions() async throws {
    let line = line
    let run = Task { await line.run() }
    let subscription = await line.handle.subscribe()
    run.cancel()
    await run.value
    #expect(await subscription.next() == nil)
    #expect(board.components.first?.state == .stopped)
  }

  @Test func theStatusTellsWhatTheLineDid() async throws {
    try await whileRunning {
      let subscription = await line.handle.subscribe()
      try publish()
      _ = await subscription.next()
      guard case .object(let top) = board.snapshot(),
        case .object(let components)? = top["components"],
        case .object(let encoder)? = components["encoder"]
      else {
        Issue.record("the board has no entry for the encoder")
        return
      }
      #expect(encoder["picturesEncoded"] == .int(UInt8(1)))
      #expect(encoder["picturesReceived"] == .int(UInt8(1)))
      #expect(encoder["size"] == .string("64x48"))
      #expect(encoder["subscribers"] == .int(UInt8(1)))
      #expect(encoder["state"] == .string("running"))
      subscription.cancel()
    }
  }
}
