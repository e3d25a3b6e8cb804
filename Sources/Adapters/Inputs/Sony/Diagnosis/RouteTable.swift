/// The kernel's IPv4 routes, to tell which interface leads to a camera and which to everybody else.
///
/// Source: proc(5), `/proc/net/route`: addresses are hexadecimal, lowest byte first.
struct RouteTable: Sendable, Hashable {
  static let statusFile = "/proc/net/route"
  /// Bytes and lines that are looked at.
  static let maximumByteCount = 65_536
  private static let maximumRouteCount = 512

  struct Route: Sendable, Hashable {
    var interface: String
    /// Nil if the network is the interface's own.
    var gateway: String?
    fileprivate var destination: UInt32
    fileprivate var mask: UInt32
    fileprivate var metric: Int
  }

  private(set) var routes: [Route] = []

  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).dropFirst()
    for line in lines.prefix(Self.maximumRouteCount) {
      let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard fields.count >= 8, let destination = UInt32(fields[1], radix: 16),
        let gateway = UInt32(fields[2], radix: 16), let flags = UInt32(fields[3], radix: 16),
        let metric = Int(fields[6]), let mask = UInt32(fields[7], radix: 16), flags & 1 == 1
      else { continue }
      routes.append(
        Route(
          interface: String(fields[0]), gateway: gateway == 0 ? nil : Self.address(gateway),
          destination: destination.byteSwapped, mask: mask.byteSwapped, metric: metric))
    }
  }

  static func current(statusFile: String = RouteTable.statusFile) -> RouteTable {
    RouteTable(KernelFile.text(statusFile, limit: maximumByteCount) ?? "")
  }

  /// The route everything else takes; nil if there is none.
  var defaultRoute: Route? {
    routes.filter { $0.mask == 0 }.min { $0.metric < $1.metric }
  }

  /// The route to an IPv4 address: the narrowest, and of several the one with the lowest metric.
  func route(to host: String) -> Route? {
    let bytes = host.split(separator: ".", omittingEmptySubsequences: false).compactMap {
      UInt8($0)
    }
    guard bytes.count == 4 else { return nil }
    let bits = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return routes.filter { bits & $0.mask == $0.destination }.max {
      ($0.mask, -$0.metric) < ($1.mask, -$1.metric)
    }
  }

  private static func address(_ bits: UInt32) -> String {
    stride(from: 0 as UInt32, through: 24, by: 8).map { String(bits >> $0 & 0xFF) }
      .joined(separator: ".")
  }
}
