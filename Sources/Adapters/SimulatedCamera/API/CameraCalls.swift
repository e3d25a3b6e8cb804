extension CameraBody {
  /// Carries out a call.
  ///
  /// - Parameter baseURL: `http://host:port` as this client reaches the camera.
  mutating func reply(to request: APIRequest, baseURL: String) -> Reply {
    guard knownMethods.contains(where: { $0.name == request.method }) else {
      return .send(.error(.noSuchMethod(request.method)))
    }
    guard versions(of: request.method).contains(request.version) else {
      return .send(.error(.unsupportedVersion))
    }
    do throws(APIError) {
      switch request.method {
      case "getEvent", "receiveEvent": return try replyToGetEvent(request)
      case "actTakePicture", "awaitTakePicture":
        try requireListed("actTakePicture")
        return .takePicture
      default: return .send(try result(of: request, baseURL: baseURL))
      }
    } catch {
      return .send(.error(error))
    }
  }

  /// Whether a held long poll of this version has something to tell.
  func hasChanges(version: String) -> Bool {
    changedEvents.contains { $0 < EventPosition.counts[version] ?? 0 }
  }

  private func versions(of method: String) -> [String] {
    guard method == "getEvent", configuration.application == .installed else { return ["1.0"] }
    return EventPosition.counts.keys.sorted()
  }

  private mutating func replyToGetEvent(_ request: APIRequest) throws(APIError) -> Reply {
    guard let isLongPoll = request.parameters.first?.boolValue else { throw .illegalArgument }
    if isLongPoll, !hasChanges(version: request.version) {
      return .holdPoll(version: request.version)
    }
    return .send(.result(events(version: request.version, onlyChanged: isLongPoll)))
  }

  /// Calls that are answered at once.
  private mutating func result(
    of request: APIRequest, baseURL: String
  ) throws(APIError) -> APIAnswer {
    switch request.method {
    case "getVersions":
      let isInstalled = configuration.application == .installed
      return .result([.strings(isInstalled ? ["1.0", "1.1", "1.2", "1.3"] : ["1.0"])])
    case "getApplicationInfo": return .result(applicationInformation)
    case "getMethodTypes": return try methodTypes(request.parameters)
    case "getAvailableApiList": return .result([.strings(availableMethods.map(\.name))])
    case "startRecMode":
      if mode == .waiting { enter(.recording) }
    case "stopRecMode": enter(.waiting)
    case "startLiveview", "startLiveviewWithSize":
      return try startLiveview(request, baseURL: baseURL)
    case "stopLiveview":
      if isLiveviewActive { enter(.recording) }
    case "actZoom": try actZoom(request.parameters)
    default: return try resultOfSetting(request)
    }
    return .result([0])
  }

  private var applicationInformation: [JSONValue] {
    switch configuration.application {
    case .embedded: ["Smart Remote Control SR/3.31 __SAK__", "2.0.1"]
    case .installed: ["Smart Remote Control SR/4.31 __SAK__", "2.1.4"]
    case .receiveEvent: ["Smart Remote Control", "1.1.0"]
    case .withoutEvents: ["Smart Remote Control", "1.0.0"]
    }
  }

  private func methodTypes(_ parameters: [JSONValue]) throws(APIError) -> APIAnswer {
    guard let version = parameters.first?.stringValue, version.isEmpty || version == "1.0" else {
      throw .illegalArgument
    }
    return .results(knownMethods.map(\.types))
  }

  /// The camera answers error 1 to what it knows and does not offer now.
  private func requireListed(_ method: String) throws(APIError) {
    guard availableMethods.contains(where: { $0.name == method }) else { throw .notAvailableNow }
  }

  private mutating func startLiveview(
    _ request: APIRequest, baseURL: String
  ) throws(APIError) -> APIAnswer {
    try requireListed(request.method)
    var wanted = LiveviewSizeClass.medium
    if request.method == "startLiveviewWithSize" {
      guard let size = request.parameters.first?.stringValue.flatMap(LiveviewSizeClass.init) else {
        throw .illegalArgument
      }
      wanted = size
    }
    if case .liveview(let running) = mode, running != wanted { throw .illegalArgument }
    enter(.liveview(wanted))
    return .result([.string(baseURL + configuration.liveviewPath)])
  }

  private mutating func actZoom(_ parameters: [JSONValue]) throws(APIError) {
    try requireListed("actZoom")
    guard let direction = parameters.first?.stringValue, ["in", "out"].contains(direction),
      let movement = parameters.dropFirst().first?.stringValue,
      ["start", "stop", "1shot"].contains(movement)
    else { throw .illegalArgument }
    guard movement != "stop" else { return }
    // Nobody watches the lens move: one step at a time, and to the end for "start".
    let step = movement == "1shot" ? 10 : 100
    zoom(to: min(100, max(0, zoomPosition + (direction == "in" ? step : -step))))
  }

  private mutating func resultOfSetting(_ request: APIRequest) throws(APIError) -> APIAnswer {
    try requireListed(request.method)
    switch request.method {
    case "getLiveviewSize":
      guard case .liveview(let size) = mode else { return .result(["M"]) }
      return .result([.string(size.rawValue)])
    case "getAvailableLiveviewSize": return .result(["M", ["L", "M"]])
    case "getSupportedLiveviewSize": return .result([["L", "M"]])
    case "setLiveviewFrameInfo":
      guard let wanted = request.parameters.first?["frameInfo"]?.boolValue else {
        throw .illegalArgument
      }
      setFrameInformation(wanted)
      return .result([])
    case "getLiveviewFrameInfo": return .result([["frameInfo": .bool(wantsFrameInformation)]])
    case "setTouchAFPosition": return try setTouchFocus(request.parameters)
    case "getTouchAFPosition":
      let point = touchPosition.map { [$0.x, $0.y] } ?? []
      return .result([["set": .bool(!point.isEmpty), "touchCoordinates": .array(point)]])
    case "cancelTouchAFPosition":
      cancelTouch()
      return .result([0])
    default: return try resultOfSetting(named: request.method, request.parameters)
    }
  }

  /// Focuses on a point, in percent from the left and upper edges.
  private mutating func setTouchFocus(_ parameters: [JSONValue]) throws(APIError) -> APIAnswer {
    guard parameters.count == 2,
      parameters.allSatisfy({ (0...100).contains($0.numberValue ?? -1) })
    else { throw .illegalArgument }
    touch(x: parameters[0], y: parameters[1])
    return .result([0, ["AFResult": true, "AFType": "Touch"]])
  }

  /// `set`, `get`, `getAvailable` or `getSupported` of one of the settings.
  private mutating func resultOfSetting(
    named method: String, _ parameters: [JSONValue]
  ) throws(APIError) -> APIAnswer {
    for setting in settings + [.flash] {
      switch method {
      case "set\(setting.name)":
        guard let value = setting.value(from: parameters) else { throw .illegalArgument }
        set(setting.name, to: value)
        return .result([0])
      case "get\(setting.name)": return .result([setting.current])
      case "getAvailable\(setting.name)": return .result(setting.available)
      case "getSupported\(setting.name)": return .result(setting.supported)
      default: continue
      }
    }
    throw .notAvailableNow
  }
}
