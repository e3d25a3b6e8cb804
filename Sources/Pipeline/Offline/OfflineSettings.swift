import Media

/// What viewers get while the camera gives no picture, section `offline`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `mode` | what they get | `slate` | `slate`, `freeze`, `refuse` |
/// | `language` | language of the slate | `en` | `en`, `ja` |
/// | `afterSeconds` | time without a picture, s, after which they get it if the camera is known to be away | 2 | 0.5 … 60 |
public struct OfflineSettings: Sendable, Hashable {
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// The last picture, dimmed, or a plain card if there is none, with the reason in words.
    case slate
    /// The last picture as it was; a slate if there was none.
    case freeze
    /// Nothing: new viewers are refused, those who watch are sent away.
    case refuse
  }

  public var mode: Mode
  public var language: SlateLanguage
  public var after: Duration

  public init(
    mode: Mode = .slate, language: SlateLanguage = .english,
    after: Duration = .seconds(2)
  ) {
    self.mode = mode
    self.language = language
    self.after = after
  }

  public init(settings: SettingsReader) {
    mode = settings.choice("mode", default: .slate)
    language = settings.choice("language", default: .english)
    after = settings.seconds("afterSeconds", default: 2, in: 0.5...60)
  }
}
