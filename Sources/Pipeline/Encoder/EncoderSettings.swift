import Media
import X264

/// Settings of the encoder, section `encoder`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `preset` | x264 preset | `superfast` | `ultrafast` … `medium` |
/// | `profile` | H.264 profile | `constrainedBaseline` | `constrainedBaseline`, `main`, `high` |
/// | `bitrateKbps` | average bit rate, kbit/s | 2000 | 100 … 20000 |
/// | `vbvBufferSeconds` | how long the rate may exceed the average, s | 0.5 | 0.1 … 10 |
/// | `keyframeIntervalSeconds` | longest time between IDRs, s | 2 | 0.2 … 60 |
public struct EncoderSettings: Sendable {
  public var preset: H264Preset
  public var profile: H264Profile
  public var bitrateKbps: Int
  public var vbvBufferSeconds: Double
  public var keyframeInterval: Duration

  public init(settings: SettingsReader) {
    preset = settings.choice("preset", default: .superfast)
    profile = settings.choice("profile", default: .constrainedBaseline)
    bitrateKbps = settings.int("bitrateKbps", default: 2000, in: 100...20_000)
    vbvBufferSeconds = settings.double("vbvBufferSeconds", default: 0.5, in: 0.1...10)
    keyframeInterval = settings.seconds("keyframeIntervalSeconds", default: 2, in: 0.2...60)
  }
}
