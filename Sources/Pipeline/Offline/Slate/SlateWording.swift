/// The words of a slate, in the order they are read.
///
/// Every character of this file must be in the slate's font: after a change run
/// deploy/slate-font.py.
struct SlateWording: Sendable, Hashable {
  /// What is the matter, in a few words.
  var headline: String
  /// Since when, in UTC: viewers may be anywhere.
  var since: String
  /// The reason, and what may be done; one sentence each.
  var sentences: [String]

  init(_ state: CameraPresence.State, since moment: UTCMinute, language: SlateLanguage) {
    switch language {
    case .english:
      headline = Self.englishHeadline(state)
      since = "since \(moment.day) \(moment.englishMonth), \(moment.clock) UTC"
      sentences = Self.englishSentences(state)
    case .japanese:
      headline = Self.japaneseHeadline(state)
      since = "\(moment.month)月\(moment.day)日 \(moment.clock) UTC から"
      sentences = Self.japaneseSentences(state)
    }
  }

  private static func englishHeadline(_ state: CameraPresence.State) -> String {
    switch state {
    case .present: "Waiting for the camera"
    case .waking: "Waking the camera"
    case .asleep: "Camera is asleep"
    case .away(.searching), .away(.unreachable), .away(.batteryEmpty), .away(.noInterface):
      "Camera away"
    case .away(.cameraError), .away(.busy), .away(.stalled), .away(.taken): "No live picture"
    }
  }

  private static func englishSentences(_ state: CameraPresence.State) -> [String] {
    switch state {
    case .present: ["The next picture is on its way."]
    case .waking: ["Its live picture will follow in a moment."]
    case .asleep: ["It wakes when somebody watches."]
    case .away(.searching): ["Looking for the camera.", "It has not answered yet."]
    case .away(.unreachable):
      ["The camera does not answer.", "It is switched off or out of Wi-Fi reach."]
    case .away(.batteryEmpty):
      ["The camera’s battery is empty.", "It needs charging or external power."]
    case .away(.cameraError):
      ["The camera reports an error.", "It may be too hot and need time to cool down."]
    case .away(.busy):
      ["The camera is busy with something else.", "It may be taking a photo or showing a menu."]
    case .away(.stalled):
      ["The camera is in reach but sends no pictures.", "The connection is being restarted."]
    case .away(.taken):
      ["Another app is using the camera.", "It can show its live picture to one app only."]
    case .away(.noInterface):
      ["The network to the camera is down.", "The Wi-Fi interface must come back first."]
    }
  }

  private static func japaneseHeadline(_ state: CameraPresence.State) -> String {
    switch state {
    case .present: "映像を待っています"
    case .waking: "カメラを起動しています"
    case .asleep: "カメラは待機中です"
    case .away(.searching), .away(.unreachable), .away(.batteryEmpty), .away(.noInterface):
      "カメラ未接続"
    case .away(.cameraError), .away(.busy), .away(.stalled), .away(.taken): "映像が届いていません"
    }
  }

  private static func japaneseSentences(_ state: CameraPresence.State) -> [String] {
    switch state {
    case .present: ["まもなく次の映像が届きます。"]
    case .waking: ["まもなく映像が届きます。"]
    case .asleep: ["視聴が始まると起動します。"]
    case .away(.searching): ["カメラを探しています。", "まだ応答がありません。"]
    case .away(.unreachable): ["カメラが応答しません。", "電源オフ、またはWi-Fiの圏外です。"]
    case .away(.batteryEmpty):
      ["カメラのバッテリーが空です。", "充電または外部給電が必要です。"]
    case .away(.cameraError):
      ["カメラがエラーを報告しました。", "高温の場合は、冷えるまで時間がかかります。"]
    case .away(.busy): ["カメラは別の処理をしています。", "撮影中、またはメニュー表示中です。"]
    case .away(.stalled):
      ["カメラは圏内ですが、映像が届きません。", "接続をやり直しています。"]
    case .away(.taken):
      ["別のアプリがカメラを使用しています。", "映像を受け取れるアプリは一つだけです。"]
    case .away(.noInterface):
      ["カメラへのネットワークが切れています。", "Wi-Fiの復旧を待っています。"]
    }
  }
}
