import Media
import SonyCamera

// The stream in words.
extension Diagnosis {
  private typealias Entry = DiagnosisReport.Entry

  var liveviewSection: DiagnosisReport.Entry? {
    guard let liveview else { return nil }
    let statistics = liveview.statistics
    var entries = [
      Entry("address", .text(liveviewURL)), Entry("end", .text(liveview.end.rawValue)),
      Entry("status", liveview.status.map { .whole($0) } ?? .missing),
      Entry("header", .texts(liveview.fields.map(\.description))),
      Entry("connectedAfterSeconds", .seconds(liveview.connectedAfter)),
      Entry("headAfterSeconds", .seconds(liveview.headAfter)),
      Entry("firstByteAfterSeconds", .seconds(liveview.firstByteAfter)),
      Entry("firstPictureAfterSeconds", .seconds(liveview.firstPictureAfter)),
      Entry("pictures", .whole(liveview.pictureCount)),
      Entry(
        "kinds", .texts(liveview.kinds.sorted { $0.key < $1.key }.map { "\($0.key) ×\($0.value)" })),
      Entry("pictureBytes", pictureBytes(liveview)),
      Entry("firstHeader", header(liveview)),
      Entry("staleBytes", .whole(statistics.staleByteCount)),
      Entry("paddingBytes", liveview.paddingByteCount.map { .whole($0) } ?? .missing),
    ]
    let oddities = [
      Entry("corruptPictures", .whole(statistics.corruptImageCount)),
      Entry("frameInformationPackets", .whole(statistics.frameInformationCount)),
      Entry("otherPackets", .whole(statistics.skippedPacketCount)),
      Entry("sequenceGaps", .whole(statistics.sequenceGapCount)),
      Entry("missingPackets", .whole(statistics.missingPacketCount)),
      Entry("sequenceRestarts", .whole(statistics.sequenceRestartCount)),
      Entry("resynchronisations", .whole(statistics.resynchronisationCount)),
      Entry("garbageBytes", .whole(statistics.garbageByteCount)),
      Entry("sizeChanges", .whole(statistics.sizeChangeCount)),
    ].filter { $0.value != .whole(0) }
    entries.append(Entry("oddities", oddities.isEmpty ? .text("none") : .record(oddities)))
    return Entry("liveview", .record(entries))
  }

  private func pictureBytes(_ liveview: LiveviewFinding) -> DiagnosisReport.Value {
    guard let range = liveview.byteCounts, liveview.pictureCount > 0 else { return .missing }
    return .text(
      "\(range.lowerBound) to \(range.upperBound), mean "
        + "\(liveview.pictureByteCount / liveview.pictureCount)")
  }

  private func header(_ liveview: LiveviewFinding) -> DiagnosisReport.Value {
    guard let header = liveview.firstHeader else { return .missing }
    let size = header.announcedSize.map { ", announces \($0)" } ?? ", announces no size"
    let odd =
      liveview.unexpectedHeaderByteCount == 0
      ? "" : ", \(liveview.unexpectedHeaderByteCount) bytes set where zeros are expected"
    return .text(
      "type \(header.payloadType.rawValue), number \(header.sequenceNumber), "
        + "camera clock \(header.cameraMilliseconds) ms, payload \(header.payloadSize), "
        + "padding \(header.paddingSize)\(size)\(odd)")
  }

  var linkSection: DiagnosisReport.Entry? {
    guard let liveview, liveview.pictureCount > 0 else { return nil }
    let health = liveview.health
    let verdict =
      switch health.verdict {
      case .noPictures: "no pictures"
      case .steady: "steady: no gap over 0.4 s"
      case .camera: "the camera paused; Wi-Fi delivered what it took"
      case .network: "Wi-Fi or the network delayed pictures the camera took"
      }
    let answers = calls.filter(\.isAnswered).map(\.took).sorted()
    return Entry(
      "link",
      .record([
        Entry("verdict", .text(verdict)),
        Entry("windowSeconds", .seconds(health.window)),
        Entry("picturesPerSecond", .rounded(health.picturesPerSecond)),
        Entry("kilobitsPerSecond", .whole(Int(health.bytesPerSecond * 8 / 1000))),
        Entry("jitterSeconds", .seconds(health.jitter)),
        Entry("longestStepSeconds", .seconds(health.longestStep)),
        Entry("cameraGaps", gaps(health.cameraGaps)),
        Entry("networkGaps", gaps(health.networkGaps)),
        Entry("cameraClockRestarts", .whole(Int(clamping: health.totals.clockRestartCount))),
        Entry("medianCallSeconds", .seconds(answers.isEmpty ? nil : answers[answers.count / 2])),
        Entry("longestCallSeconds", .seconds(answers.last)),
      ]))
  }

  private func gaps(_ gaps: LinkHealth.Report.Gaps) -> DiagnosisReport.Value {
    guard gaps.count > 0 else { return .text("none") }
    let longest = (gaps.longest.inSeconds * 100).rounded() / 100
    return .text("\(gaps.count), the longest \(longest) s")
  }
}
