import Media
import SonyCamera

extension Diagnosis {
  private static let unobserved = "not observed in this run"

  /// What nobody could say about the α6000 without one, and what this camera says.
  var questions: DiagnosisReport.Entry {
    let answers: [(question: String, answer: String?)] = [
      ("which application, API and versions?", applicationAnswer),
      ("does startLiveviewWithSize work?", sizedLiveviewAnswer),
      ("content type and framing of the liveview; keep-alive of the API?", transportAnswer),
      ("real frame rate and size?", rateAnswer),
      ("idle power-off; the last thing sent before heat or an empty battery end it?", nil),
      ("is remote shooting mode kept when Wi-Fi drops; does the old stream block a new one?", nil),
      ("is error 40401 ever sent; which error right after startRecMode?", notReadyAnswer),
      ("does discovery answer during liveview?", searchAnswer),
      ("a second station, a static address?", nil),
    ]
    return .init(
      "questions",
      .list(
        answers.enumerated().map { index, entry in
          .text("\(index + 1). \(entry.question) \(entry.answer ?? Self.unobserved)")
        }))
  }

  private var applicationAnswer: String? {
    guard let application else { return versions.isEmpty ? nil : "no name, API \(list(versions))" }
    return "\(application.name), server \(application.version), API \(list(versions)), "
      + "\(knownMethods.count) method types"
  }

  private var sizedLiveviewAnswer: String? {
    guard let record = calls.last(where: { $0.call.method == .startLiveviewWithSize }),
      record.isAnswered
    else { return nil }
    return record.code == nil ? "yes, size L" : "no, \(record.summary)"
  }

  private var transportAnswer: String? {
    guard let liveview, liveview.status != nil else { return nil }
    let framing =
      liveview.field("Transfer-Encoding") ?? (liveview.field("Content-Length") ?? "none")
    var answer = "\(liveview.field("Content-Type") ?? "no content type"), framing \(framing)"
    if let keepAlive, keepAlive.answerCount > 0 {
      answer += keepAlive.answerCount > 1 ? ", API connection kept" : ", API connection closed"
    }
    return answer
  }

  private var rateAnswer: String? {
    guard let liveview, liveview.pictureCount > 0 else { return nil }
    let rate = (liveview.health.picturesPerSecond * 10).rounded() / 10
    let kinds = liveview.kinds.keys.sorted().joined(separator: ", ")
    return "\(rate) pictures a second, \(kinds)"
  }

  private var notReadyAnswer: String? {
    // Not in one step: the optimizer of Swift 6.3 fails on a search through the calls' codes.
    let codes = calls.compactMap(\.code)
    let isSent = codes.contains(.cameraNotReady)
    guard let afterRecMode else { return isSent ? "40401 was sent" : nil }
    return (isSent ? "40401 was sent" : "40401 not in this run")
      + "; right after: \(afterRecMode.call.method) \(afterRecMode.summary)"
  }

  private var searchAnswer: String? {
    guard let camera, let searchDuring, searchDuring.obstacle == nil else { return nil }
    guard let answer = searchDuring.firstAnswer(of: camera.endpoint.host) else {
      // Where it never answered, silence during liveview says nothing.
      return search.firstAnswer(of: camera.endpoint.host) == nil ? nil : "no, though it did before"
    }
    return "yes, after \(answer.after.tenths) s"
  }

  private func list(_ texts: [String]) -> String {
    texts.isEmpty ? "unknown" : texts.joined(separator: " ")
  }
}

extension Duration {
  /// In seconds with one decimal.
  fileprivate var tenths: Double { (inSeconds * 10).rounded() / 10 }
}
