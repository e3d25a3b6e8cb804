import Configuration

/// A place settings come from, for example the command line.
public struct SettingsSource: Sendable {
  /// How messages name it: `command line`, `environment`, or the file's name.
  public var name: String
  public var provider: any ConfigProvider

  public init(name: String, provider: any ConfigProvider) {
    self.name = name
    self.provider = provider
  }
}

/// Reads the settings of one section and checks them.
///
/// Nothing throws: an unusable value is noted in the ledger with its key, value, source and what
/// is allowed, and the default is returned, so that all problems are found in one pass. Earlier
/// sources win.
public struct SettingsReader: Sendable {
  public let ledger: SettingsLedger
  private let sources: [SettingsSource]
  private let path: [String]

  public init(sources: [SettingsSource], ledger: SettingsLedger) {
    self.init(sources: sources, ledger: ledger, path: [])
  }

  private init(sources: [SettingsSource], ledger: SettingsLedger, path: [String]) {
    self.sources = sources
    self.ledger = ledger
    self.path = path
  }

  /// The reader of a section below this one.
  public func scoped(to section: String) -> SettingsReader {
    SettingsReader(sources: sources, ledger: ledger, path: path + [section])
  }

  /// The full key of `key` in this section, as messages and `config.json` name it.
  public func fullKey(_ key: String) -> String { (path + [key]).joined(separator: ".") }

  public func bool(_ key: String, default fallback: Bool) -> Bool {
    guard let found = lookUp(key, .bool, allowed: "true or false") else { return fallback }
    if case .bool(let value) = found.content { return value }
    return fallback
  }

  public func int(_ key: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
    let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let found = lookUp(key, .int, allowed: allowed) else { return fallback }
    guard case .int(let value) = found.content else { return fallback }
    if range.contains(value) { return value }
    report(key, value: "\(value)", source: found.source, allowed: allowed)
    return fallback
  }

  public func double(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) -> Double {
    let allowed = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let found = lookUp(key, .double, allowed: allowed) else { return fallback }
    guard case .double(let value) = found.content else { return fallback }
    if range.contains(value) { return value }
    report(key, value: "\(value)", source: found.source, allowed: allowed)
    return fallback
  }

  /// A number that need not be given; nil if the key is absent or an empty text.
  public func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
    guard !isEmptyText(key) else { return nil }
    let allowed = "a number from \(range.lowerBound) to \(range.upperBound), or nothing"
    guard let found = lookUp(key, .double, allowed: allowed) else { return nil }
    guard case .double(let value) = found.content else { return nil }
    if range.contains(value) { return value }
    report(key, value: "\(value)", source: found.source, allowed: allowed)
    return nil
  }

  /// A duration given as a number of seconds; name such keys `…Seconds`.
  public func seconds(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) -> Duration {
    .seconds(double(key, default: fallback, in: range))
  }

  /// Text; nil if the key is absent or empty.
  public func string(_ key: String) -> String? {
    guard let found = lookUp(key, .string, allowed: "text in quotation marks") else { return nil }
    guard case .string(let value) = found.content, !value.isEmpty else { return nil }
    return value
  }

  /// Path of a file that the caller will write; nil if the key is absent or empty. Two settings must
  /// not name the same, for each would overwrite what the other wrote.
  public func writtenFile(_ key: String) -> String? {
    guard let path = string(key) else { return nil }
    // `/run/./a` and `/run//a` are `/run/a`; which links lead there is not looked at.
    let parts = path.split(separator: "/").filter { $0 != "." }
    let plain = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    if let other = ledger.noteWritten(file: plain, by: fullKey(key)) {
      report(
        key, value: path, source: sourceName(of: key), allowed: "another file than \(other)'s")
    }
    return path
  }

  /// Text that must satisfy `isAllowed`.
  public func string(
    _ key: String, default fallback: String, allowed: String, where isAllowed: (String) -> Bool
  ) -> String {
    guard let found = lookUp(key, .string, allowed: allowed) else { return fallback }
    guard case .string(let value) = found.content else { return fallback }
    if isAllowed(value) { return value }
    report(key, value: value, source: found.source, allowed: allowed)
    return fallback
  }

  /// A value that people write as text or as a whole number, for example `"EF"` or 46; `parse`
  /// gets the number's digits.
  public func textOrNumber<Value>(
    _ key: String, default fallback: Value, allowed: String, parse: (String) -> Value?
  ) -> Value {
    let type = isNumber(key) ? ConfigType.int : .string
    guard let found = lookUp(key, type, allowed: allowed) else { return fallback }
    let text: String
    switch found.content {
    case .string(let value): text = value
    case .int(let value): text = "\(value)"
    default: return fallback
    }
    if text.isEmpty { return fallback }
    if let value = parse(text) { return value }
    report(key, value: text, source: found.source, allowed: allowed)
    return fallback
  }

  /// Whether the source that decides `key` gives a number that is not written as text.
  private func isNumber(_ key: String) -> Bool {
    let absolute = AbsoluteConfigKey(path + [key])
    guard let source = sources.first(where: { $0.name == sourceName(of: key) }) else {
      return false
    }
    if (try? source.provider.value(forKey: absolute, type: .string)) != nil { return false }
    return (try? source.provider.value(forKey: absolute, type: .int)) != nil
  }

  /// A list of texts; in the environment separated by commas, on the command line by spaces.
  public func strings(_ key: String) -> [String] {
    let allowed = "a list of names"
    guard let found = lookUp(key, .stringArray, allowed: allowed) else { return [] }
    guard case .stringArray(let values) = found.content else { return [] }
    return values.filter { !$0.isEmpty }
  }

  /// One of the cases of an enumeration, by raw value.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Choice
  ) -> Choice where Choice.RawValue == String {
    let allowed = "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
    guard let found = lookUp(key, .string, allowed: allowed) else { return fallback }
    guard case .string(let value) = found.content else { return fallback }
    if let choice = Choice(rawValue: value) { return choice }
    report(key, value: value, source: found.source, allowed: allowed)
    return fallback
  }

  /// Notes that the value of `key` cannot be used, for rules that involve more than one key.
  public func report(_ key: String, value: String?, source: String? = nil, allowed: String) {
    ledger.report(
      SettingsProblem(key: fullKey(key), value: value, source: source, allowed: allowed))
  }

  /// Whether any source gives `key`, usable or not.
  public func contains(_ key: String) -> Bool { sourceName(of: key) != nil }

  /// Name of the source that decides `key`; nil if none gives it.
  public func sourceName(of key: String) -> String? {
    let absolute = AbsoluteConfigKey(path + [key])
    return sources.first { source in
      do {
        return try source.provider.value(forKey: absolute, type: .string).value != nil
      } catch {
        return true
      }
    }?.name
  }

  /// Whether the source that decides `key` comes before the one that decides `other`.
  func isStronger(_ key: String, than other: String) -> Bool {
    let names = sources.map(\.name)
    let place = sourceName(of: key).flatMap(names.firstIndex) ?? names.count
    return place < sourceName(of: other).flatMap(names.firstIndex) ?? names.count
  }

  /// Whether the source that decides `key` says "".
  private func isEmptyText(_ key: String) -> Bool {
    let absolute = AbsoluteConfigKey(path + [key])
    guard
      let source = sources.first(where: { $0.name == sourceName(of: key) }),
      let found = try? source.provider.value(forKey: absolute, type: .string),
      found.value?.content == .string("")
    else { return false }
    ledger.noteRead(key: fullKey(key))
    ledger.noteSpelling(found.encodedKey, in: source.name)
    return true
  }

  private struct Found {
    var content: ConfigContent
    var source: String
  }

  private func lookUp(_ key: String, _ type: ConfigType, allowed: String) -> Found? {
    ledger.noteRead(key: fullKey(key))
    let absolute = AbsoluteConfigKey(path + [key])
    var result: Found?
    var isDecided = false
    for source in sources {
      do {
        let found = try source.provider.value(forKey: absolute, type: type)
        ledger.noteSpelling(found.encodedKey, in: source.name)
        if !isDecided, let value = found.value {
          result = Found(content: value.content, source: source.name)
          isDecided = true
        }
      } catch {
        noteSpelling(of: absolute, in: source)
        if !isDecided {
          let given = Self.text(of: absolute, in: source)
          report(key, value: given, source: source.name, allowed: allowed)
          isDecided = true
        }
      }
    }
    return result
  }

  /// A value of the wrong type hides the key's spelling; another type brings it out.
  private func noteSpelling(of key: AbsoluteConfigKey, in source: SettingsSource) {
    for type in [ConfigType.string, .stringArray, .double, .bool] {
      guard let found = try? source.provider.value(forKey: key, type: type) else { continue }
      ledger.noteSpelling(found.encodedKey, in: source.name)
      return
    }
  }

  /// The value as given, whatever its type, for a message.
  private static func text(of key: AbsoluteConfigKey, in source: SettingsSource) -> String? {
    for type in [ConfigType.string, .int, .double, .bool, .stringArray] {
      guard let found = try? source.provider.value(forKey: key, type: type).value else { continue }
      switch found.content {
      case .string(let value): return "\"\(value)\""
      case .int(let value): return "\(value)"
      case .double(let value): return "\(value)"
      case .bool(let value): return "\(value)"
      case .stringArray(let values): return "[" + values.joined(separator: ", ") + "]"
      default: continue
      }
    }
    return nil
  }
}
