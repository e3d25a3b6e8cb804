import JSON
import Pipeline
import SoraControl

/// Settings of the channels of ImageFlux Live Streaming, section `imageFlux`.
///
/// | key | type | default | range |
/// |---|---|---|---|
/// | `enabled` | Boolean | false | |
/// | `apiURL` | URL | `https://live-api.imageflux.jp/` | https or http, without a query |
/// | `accessToken`, `accessTokenFile` | secret, or path of a file with it | one is required if enabled | not on the command line |
/// | `caFile` | path | none: the system's CAs alone | PEM, CA certificates trusted besides; of use with https only |
/// | `channelID`, `soraURL` | text, URL | none: a channel is created for each session and deleted after it | both or none |
/// | `kind` | text | `single` | `single`, `multistream`, `multistreamWithHLS` |
/// | `renditions` | list of names | none: one that suits the camera | letters, digits, `-`, `_` |
/// | `encryptKeyURI` | URL | none: segments are not encrypted | https |
/// | `authWebhookURL`, `eventWebhookURL` | URL | none | https or http |
/// | `environment` | number | none | whole, from 0; not for `single` |
/// | `checkIntervalSeconds` | seconds between two looks whether the channel exists | 60 | 5…3600 |
/// | `requestTimeoutSeconds` | seconds for one call | 10 | 1…120 |
/// | `channelsPerHour` | channels that may be created in an hour | 12 | 1…1000 |
///
/// Each name of `renditions` has a section below `rendition`, see ``HLSRenditionSettings``.
public struct ImageFluxSettings: Sendable {
  /// How channels are created.
  enum Kind: String, Sendable, Hashable, CaseIterable {
    /// For one publisher, with HLS: `CreateChannel`.
    case single
    /// For several, without HLS: `CreateMultistreamChannel`.
    case multistream
    /// For several, with HLS: `CreateMultistreamChannelWithHLS`.
    case multistreamWithHLS
  }

  var isEnabled: Bool
  var apiURL: String
  var accessToken: Secret?
  var trustAnchors: TrustAnchors
  /// The channel to use; nil: each session creates its own.
  var given: ImageFluxChannel?
  var kind: Kind
  var renditions: [HLSRendition]
  var encryptKeyURI: String?
  var webhooks: ChannelWebhooks
  var environment: Int?
  var checkInterval: Duration
  var requestTimeout: Duration
  var channelsPerHour: Int

  /// Where the channels are kept from their creation to their deletion.
  static let fileName = "imageflux-channels.json"

  init(reader: SettingsReader) {
    isEnabled = reader.bool("enabled", default: false)
    apiURL = reader.apiURL(default: "https://live-api.imageflux.jp/")
    accessToken = reader.accessToken()
    trustAnchors = reader.trustAnchors()
    given = Self.given(reader)
    kind = reader.choice("kind", default: Kind.single)
    renditions = Self.renditions(reader)
    let create = CreateMultistreamChannelWithHLS.operation
    encryptKeyURI = reader.text("encryptKeyURI", as: "encrypt_key_uri", of: create)
    webhooks = ChannelWebhooks(
      authWebhookURL: reader.text("authWebhookURL", as: "auth_webhook_url", of: create),
      eventWebhookURL: reader.text("eventWebhookURL", as: "event_webhook_url", of: create))
    environment = Self.environment(reader)
    checkInterval = reader.seconds("checkIntervalSeconds", default: 60, in: 5...3600)
    requestTimeout = reader.seconds(
      "requestTimeoutSeconds", default: 10,
      in: ControlOperation.Service.imageFlux.requestTimeoutRange)
    channelsPerHour = reader.int("channelsPerHour", default: 12, in: 1...1000)
    reportConflicts(to: reader)
  }

  private func reportConflicts(to reader: SettingsReader) {
    guard isEnabled else { return }
    if reader.string("accessToken") == nil, reader.string("accessTokenFile") == nil {
      reader.report(
        "accessTokenFile", value: nil,
        allowed: "a file with the access token, unless \(reader.fullKey("accessToken")) is given "
          + "in the environment")
    }
    if kind == .multistream, !renditions.isEmpty {
      reader.report("renditions", value: nil, allowed: "left out for a kind without HLS")
    }
    if kind == .multistream, encryptKeyURI != nil {
      reader.report(
        "encryptKeyURI", value: nil, allowed: "left out for a kind without HLS")
    }
    if kind == .single, let environment {
      reader.report("environment", value: "\(environment)", allowed: "left out for kind single")
    }
  }

  private static func given(_ reader: SettingsReader) -> ImageFluxChannel? {
    let id = reader.text("channelID", as: "channel_id", of: DeleteChannel.operation)
    // No operation is told where the signaling is.
    let soraURL = reader.text(
      "soraURL", as: ControlKey("", .url(schemes: ["wss", "ws"], mayBeEmpty: false), ""))
    let keys = ["channelID", "soraURL"]
    let missing = keys.filter { reader.string($0) == nil }
    if missing.count == 1, let other = keys.first(where: { $0 != missing[0] }) {
      reader.report(
        missing[0], value: nil, allowed: "given, too, when \(reader.fullKey(other)) is")
    }
    guard let id, let soraURL else { return nil }
    return ImageFluxChannel(id: id, soraURL: soraURL)
  }

  private static func renditions(_ reader: SettingsReader) -> [HLSRendition] {
    var names: [String] = []
    for name in reader.strings("renditions") {
      guard name.utf8.allSatisfy(isNameByte) else {
        reader.report("renditions", value: name, allowed: "names of letters, digits, - and _")
        continue
      }
      guard !names.contains(name) else {
        reader.report("renditions", value: name, allowed: "names that are all different")
        continue
      }
      names.append(name)
    }
    return names.map { name in
      HLSRenditionSettings(reader: reader.scoped(to: "rendition").scoped(to: name)).rendition
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func environment(_ reader: SettingsReader) -> Int? {
    guard let number = reader.number("environment", in: 0...Double(Int32.max)) else { return nil }
    guard let whole = Int(exactly: number) else {
      reader.report("environment", value: "\(number)", allowed: "a whole number, or nothing")
      return nil
    }
    return whole
  }
}

extension ImageFluxSettings {
  /// The call that creates a channel.
  var creation: (operation: ControlOperation, parameters: [String: JSONValue]) {
    let hls = HLSChannelSettings(
      renditions: renditions.isEmpty ? [HLSRenditionSettings.standard] : renditions,
      encryptKeyURI: encryptKeyURI, webhooks: webhooks)
    switch kind {
    case .single:
      let request = CreateChannel(settings: hls)
      return (CreateChannel.operation, request.parameters)
    case .multistream:
      let request = CreateMultistreamChannel(settings: webhooks, environment: environment)
      return (CreateMultistreamChannel.operation, request.parameters)
    case .multistreamWithHLS:
      let request = CreateMultistreamChannelWithHLS(settings: hls, environment: environment)
      return (CreateMultistreamChannelWithHLS.operation, request.parameters)
    }
  }

  var plan: ChannelPlan.Settings {
    ChannelPlan.Settings(
      account: ChannelAccount(
        apiURL: Self.normalized(apiURL), tokenDigest: TokenDigest.of(accessToken?.value ?? "")),
      source: given.map { .given($0) } ?? .created, checkInterval: checkInterval,
      channelsPerHour: channelsPerHour, asksForPlaylists: kind == .multistreamWithHLS)
  }

  /// One text for one API, with or without the slash behind its host.
  static func normalized(_ apiURL: String) -> String {
    (try? ControlURL(apiURL))?.text ?? apiURL
  }

  var endpoint: ControlEndpoint {
    ControlEndpoint(
      url: apiURL, accessToken: accessToken, timeout: requestTimeout, trustAnchors: trustAnchors)
  }
}
