import Media
import SonyCamera

extension Diagnosis {
  private typealias Entry = DiagnosisReport.Entry

  /// The findings in the order a reader wants them: what came of it, how it came to that, and the
  /// long lists last.
  public var report: DiagnosisReport {
    DiagnosisReport(
      sections: [
        summary, machine, network, discovery, cameraSection, questions, callSection,
        liveviewSection, linkSection, eventSection, methodSection, settingSection,
      ].compactMap { $0 })
  }

  private var summary: DiagnosisReport.Entry {
    let result =
      switch outcome {
      case .pictureReceived: "pictures received"
      case .noPicture: "camera found, but no picture received"
      case .noCamera: "no camera found"
      }
    return Entry(
      "diagnosis",
      .record([
        Entry("result", .text(result)), Entry("date", .text(host.date)),
        Entry("bridgeVersion", .text(host.bridgeVersion)), Entry("remarks", .texts(remarks)),
      ]))
  }

  private var machine: DiagnosisReport.Entry {
    Entry(
      "machine",
      .record([
        Entry("kernel", .text(host.kernel)), Entry("architecture", .text(host.architecture)),
        Entry("bridgesRunning", .list(host.otherBridges.map { .whole($0) })),
      ]))
  }

  private var network: DiagnosisReport.Entry {
    var entries = [
      Entry("interfaces", .texts(interfaces)),
      Entry("asked", .text(host.wantedInterface ?? "any interface")),
      Entry("defaultRoute", .text(defaultRoute)),
    ]
    if let camera {
      entries.append(Entry("routeToCamera", .text(routeToCamera(camera.endpoint))))
      entries.append(Entry("cameraInterface", .text(camera.interface)))
    }
    entries.append(Entry("wifiBeforeLiveview", Self.value(signalBefore)))
    entries.append(Entry("wifiDuringLiveview", Self.value(signalDuring)))
    return Entry("network", .record(entries))
  }

  /// Addresses are shown of what leads to the camera or was asked for: nobody needs to know the
  /// gateway's own in the cellular network.
  private var interfaces: [String] {
    var lines: [String] = []
    for interface in host.interfaces {
      let (name, isRunning) = (interface.name, interface.isRunning)
      let line =
        leadsToCamera(interface)
        ? "\(name) \(interface.address)\(isRunning ? "" : " (no link)")"
        : "\(name) (address not shown\(isRunning ? "" : ", no link"))"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  private func leadsToCamera(_ interface: NetworkInterface) -> Bool {
    if let wanted = host.wantedInterface, [interface.name, interface.address].contains(wanted) {
      return true
    }
    guard let camera else { return false }
    return interface.name == camera.interface || interface.covers(camera.endpoint.host)
  }

  private var defaultRoute: String? {
    host.routes.defaultRoute.map { route in
      let isShown = host.interfaces.contains { $0.name == route.interface && leadsToCamera($0) }
      return isShown ? Self.words(route) : route.interface
    }
  }

  private func routeToCamera(_ endpoint: CameraURL) -> String? {
    // The kernel lists no routes to the machine itself.
    let isHere =
      endpoint.isLoopbackOrUnspecified
      || host.interfaces.contains { $0.address == endpoint.host }
    return isHere ? "this machine" : host.routes.route(to: endpoint.host).map(Self.words)
  }

  private static func words(_ route: RouteTable.Route) -> String {
    route.gateway.map { "\(route.interface) by \($0)" } ?? "\(route.interface), direct"
  }

  private static func value(_ signal: WirelessSignal?) -> DiagnosisReport.Value {
    guard let signal else { return .missing }
    return .record([
      Entry("signalDBm", signal.levelDBm.map { .whole($0) } ?? .missing),
      Entry("noiseDBm", signal.noiseDBm.map { .whole($0) } ?? .missing),
      Entry("linkQuality", signal.linkQuality.map { .whole($0) } ?? .missing),
    ])
  }

  private var discovery: DiagnosisReport.Entry {
    Entry(
      "discovery",
      .record([
        Entry("searches", .whole(search.searchCount)), Entry("obstacle", .text(search.obstacle)),
        Entry("heard", Self.value(search)),
        Entry("heardDuringLiveview", searchDuring.map(Self.value) ?? .missing),
        Entry("foundBy", .text(camera?.origin.rawValue)),
        Entry("foundAfterSeconds", .seconds(foundAfter)),
      ]))
  }

  /// A device answers every search several times: one line for each kind of message.
  private static func value(_ search: SearchFinding) -> DiagnosisReport.Value {
    var distinct: [(message: SearchFinding.Message, count: Int)] = []
    for message in search.messages {
      let known = distinct.firstIndex { entry in
        var earlier = entry.message
        earlier.after = message.after
        return earlier == message
      }
      if let known { distinct[known].count += 1 } else { distinct.append((message, 1)) }
    }
    return .list(
      distinct.map { message, count in
        .record([
          Entry("kind", .text(message.kind.rawValue)), Entry("times", .whole(count)),
          Entry("firstAfterSeconds", .seconds(message.after)),
          Entry("interface", .text(message.interface)), Entry("location", .text(message.location)),
          Entry("server", .text(message.server)), Entry("identifier", .text(message.identifier)),
        ])
      })
  }

  private var cameraSection: DiagnosisReport.Entry? {
    guard let camera else { return nil }
    var entries = [
      Entry("endpoint", .text(camera.endpoint.description)),
      Entry("descriptionAddress", .text(camera.location?.description)),
    ]
    if let description {
      entries += [
        Entry("name", .text(description.name)), Entry("model", .text(description.model)),
        Entry("manufacturer", .text(description.manufacturer)),
        Entry("identifier", .text(description.identifier)),
        Entry("services", .texts(description.services)),
        Entry("namesDefaultLiveview", .flag(description.hasDefaultLiveview)),
        Entry("descriptionTookSeconds", .seconds(descriptionTook)),
      ]
    }
    entries += [
      Entry("application", .text(application?.name)),
      Entry("applicationVersion", .text(application?.version)),
      Entry("apiVersions", .texts(versions)),
      Entry("apiHeader", .texts(keepAlive?.fields.map(\.description) ?? [])),
      Entry("callsAnsweredPerConnection", keepAlive.map { .whole($0.answerCount) } ?? .missing),
    ]
    return Entry("camera", .record(entries))
  }

  private var callSection: DiagnosisReport.Entry? {
    guard !calls.isEmpty else { return nil }
    return Entry(
      "calls",
      .list(
        calls.map { record in
          .record([
            Entry("call", .text(record.call.title)), Entry("tookSeconds", .seconds(record.took)),
            Entry("answer", .text(record.summary)),
          ])
        }))
  }

  private var methodSection: DiagnosisReport.Entry? {
    guard camera != nil else { return nil }
    return Entry(
      "methods",
      .record([
        Entry("callableBefore", .texts(methodsBefore)),
        Entry("callableInRecMode", .texts(methodsAfter)), Entry("known", .texts(knownMethods)),
      ]))
  }

  private var eventSection: DiagnosisReport.Entry? {
    guard eventBefore != nil || eventDuring != nil else { return nil }
    return Entry(
      "events",
      .record([
        Entry("atFirst", Self.value(eventBefore)), Entry("duringLiveview", Self.value(eventDuring)),
      ]))
  }

  private static func value(_ event: Event?) -> DiagnosisReport.Value {
    guard let event else { return .missing }
    return .record(
      [Entry("version", .text(event.version.rawValue))]
        + event.entries.sorted { $0.key < $1.key }.map { Entry($0.key, .text($0.value)) })
  }

  private var settingSection: DiagnosisReport.Entry? {
    guard !settings.isEmpty else { return nil }
    return Entry(
      "settings", .list(settings.map { .text("\($0.key) = \($0.value) (\($0.source))") }))
  }
}
