import JSON
import Pipeline
import SoraControl

// What the sections of both APIs have in common. What may be sent the engine knows: a value that
// it would refuse later, at every attempt, is refused here.
extension SettingsReader {
  /// Text as it may be sent as a parameter; nil if there is none, or it is reported.
  ///
  /// - Parameter path: Of the parameter, for example `hls.archive.archive_destination_id`.
  func text(_ key: String, as path: String, of operation: ControlOperation) -> String? {
    // A path that does not exist allows nothing.
    text(key, as: operation.key(at: path) ?? ControlKey(path, .choice([]), ""))
  }

  func text(_ key: String, as parameter: ControlKey) -> String? {
    guard let value = string(key) else { return nil }
    let problems = parameter.check(.string(value))
    for problem in problems {
      report(key, value: problem.value, source: sourceName(of: key), allowed: problem.allowed)
    }
    return problems.isEmpty ? value : nil
  }

  /// Where the API is, as `apiURL` says. It is shown in logs and on the status page, so it must hold
  /// nothing secret.
  func apiURL(default fallback: String) -> String {
    let key = "apiURL"
    guard let value = string(key) else { return fallback }
    do throws(ControlError) {
      let url = try ControlURL(value)
      if url.shown == url.text { return url.text }
      report(
        key, value: url.shown + "?…", source: sourceName(of: key),
        allowed: "a URL without a query; an access token is given by itself")
    } catch .urlUnusable(let given, let reason) {
      report(
        key, value: given, source: sourceName(of: key),
        allowed: "a URL with http or https (\(reason))")
    } catch {
      report(
        key, value: nil, source: sourceName(of: key),
        allowed: "a URL with http or https (\(error))")
    }
    return fallback
  }

  /// The token, fit for a header; nil if there is none, or it is reported.
  func accessToken() -> Secret? {
    let (key, fileKey) = ("accessToken", "accessTokenFile")
    guard let token = secret(key, fileKey: fileKey, isToken: true) else { return nil }
    do {
      try ControlExchange.check(token.value)
      return token
    } catch {
      let source = secretKey(key, fileKey: fileKey) ?? key
      report(
        source, value: nil, source: sourceName(of: source),
        allowed: "an access token in its encoded form: \(error)")
      return nil
    }
  }
}
