/// Positions in the result of getEvent.
enum EventPosition {
  static let availableAPIList = 0
  static let cameraStatus = 1
  static let zoomInformation = 2
  static let liveviewStatus = 3
  static let takePicture = 5
  static let continuousError = 6
  static let storageInformation = 10
  static let touchFocus = 34
  static let batteryInformation = 56

  /// Positions whose empty value is a list and not null.
  static let lists: Set<Int> = [takePicture, continuousError, storageInformation]

  /// Length of the result by version of getEvent.
  ///
  /// Source: Camera Remote API Reference 2.40.
  static let counts = ["1.0": 35, "1.1": 36, "1.2": 60, "1.3": 63]
}

extension CameraBody {
  /// The result of getEvent: one entry for each position, null where there is nothing to say.
  ///
  /// Counts as having told the client: nothing is changed afterwards.
  mutating func events(version: String, onlyChanged: Bool) -> [JSONValue] {
    let count = EventPosition.counts[version] ?? 0
    var result = (0..<count).map { position -> JSONValue in
      EventPosition.lists.contains(position) ? [] : .null
    }
    for (position, event) in currentEvents
    where position < count && (!onlyChanged || changedEvents.contains(position)) {
      result[position] = event
    }
    changedEvents = []
    return result
  }

  private var currentEvents: [(Int, JSONValue)] {
    var events: [(Int, JSONValue)] = []
    func add(_ position: Int, _ event: JSONValue) { events.append((position, event)) }
    add(
      EventPosition.availableAPIList,
      ["type": "availableApiList", "names": .strings(availableMethods.map(\.name))])
    add(
      EventPosition.cameraStatus,
      ["type": "cameraStatus", "cameraStatus": .string(status.rawValue)])
    add(
      EventPosition.liveviewStatus,
      ["type": "liveviewStatus", "liveviewStatus": .bool(isLiveviewActive)])
    guard mode != .waiting else { return events }
    add(
      EventPosition.zoomInformation,
      [
        "type": "zoomInformation", "zoomPosition": .integer(zoomPosition), "zoomNumberBox": 1,
        "zoomIndexCurrentBox": 0, "zoomPositionCurrentBox": .integer(zoomPosition),
      ])
    add(EventPosition.storageInformation, Self.storageInformation)
    add(EventPosition.batteryInformation, batteryInformation)
    if !pictureURLs.isEmpty {
      add(
        EventPosition.takePicture,
        [["type": "takePicture", "takePictureUrl": .strings(pictureURLs)]])
    }
    if configuration.application == .installed {
      add(EventPosition.touchFocus, ["type": "touchAFPosition", "currentSet": .bool(isTouched)])
    }
    for setting in settings { add(setting.eventPosition, setting.event) }
    return events
  }

  private var isTouched: Bool { touchPosition != nil }

  private static let storageInformation: JSONValue = [
    [
      "type": "storageInformation", "storageID": "Memory Card 1", "recordTarget": true,
      "numberOfRecordableImages": 1204, "recordableTime": -1, "storageDescription": "",
    ]
  ]

  private var batteryInformation: JSONValue {
    [
      "type": "batteryInfo",
      "batteryInfo": [
        [
          "batteryID": "externalBattery1", "status": "active",
          "additionalStatus": battery == .nearEnd ? "batteryNearEnd" : "",
          "levelNumer": .integer(battery.rawValue),
          "levelDenom": .integer(BatteryLevel.full.rawValue), "description": "",
        ]
      ],
    ]
  }
}
