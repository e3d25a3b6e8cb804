extension CameraCommand {
  private static func duration(_ preset: Double) -> ValueForm {
    .number(0...86_400, unit: "seconds", default: preset)
  }

  /// What happens to the camera itself.
  static let body = [
    CameraCommand(
      "battery", .number(0...100, unit: "percent", default: nil),
      "Charge of the battery, told in quarters by the installed application; 0 is near its end."
    ) { camera, value in
      let quarters = Int((value.number / 25).rounded(.up))
      camera.setBattery(BatteryLevel(rawValue: quarters) ?? .full)
    },
    CameraCommand(
      "heat-warning", .word(["on", "off"], default: "on"),
      "The temperature warning: cameraStatus is Error, and pictures go on."
    ) { camera, value in
      camera.warnOfHeat(value.text == "on")
    },
    CameraCommand(
      "overheat", duration(5), "The temperature warning; after this time the camera is gone."
    ) { camera, value in
      camera.overheat(shutdownAfter: value.seconds)
    },
    CameraCommand(
      "status", .word(CameraStatus.allCases.map(\.rawValue), default: nil),
      "What getEvent says the camera is doing; pictures come only while it is IDLE."
    ) { camera, value in
      if let status = CameraStatus(rawValue: value.text) { camera.setStatus(status) }
    },
    CameraCommand(
      "shutter", .number(1...60_000, unit: "ms", default: 900),
      "Somebody takes a picture on the camera: NotReady and no liveview for so long."
    ) { camera, value in
      camera.pressShutter(capture: value.milliseconds)
    },
    CameraCommand(
      "mode-dial", .word(["unsupported", "supported"], default: "unsupported"),
      "The mode dial goes where the remote application does not work, or back."
    ) { camera, value in
      camera.turnModeDial(toUnsupported: value.text == "unsupported")
    },
    CameraCommand("focus", duration(2), "No pictures for so long, while the camera is IDLE.") {
      camera, value in
      camera.focus(for: value.seconds)
    },
    CameraCommand(
      "leave-rec-mode", .none, "Back to the waiting screen: startRecMode is needed again."
    ) { camera, _ in
      camera.leaveRecMode()
    },
    CameraCommand(
      "waiting-screen-silent", .none,
      """
      The same, but an open stream does not end: it is silent until startRecMode and startLiveview.
      """
    ) { camera, _ in
      camera.leaveRecMode(streamStaysOpen: true)
    },
    CameraCommand(
      "auto-power-off", duration(1800), "Switches itself off after so long without a call."
    ) { camera, value in
      camera.powerOff(afterIdle: value.seconds)
    },
  ]

  /// Who else is there, and whether and where the camera can be reached.
  static let network = [
    CameraCommand(
      "phone", duration(5), "A phone takes the liveview once and leaves after so long."
    ) { camera, value in
      await camera.letPhoneTakeLiveview(for: value.seconds)
    },
    CameraCommand(
      "phone-insists", duration(20),
      "A phone takes the liveview, again and again whenever it is taken back, for so long."
    ) { camera, value in
      await camera.letPhoneTakeLiveview(for: value.seconds, insists: true)
    },
    CameraCommand("phone-leaves", .none, "The phone goes.") { camera, _ in
      camera.letPhoneLeave()
    },
    CameraCommand(
      "vanish", .word(Departure.allCases.map(\.rawValue), default: "reset"),
      """
      Out of reach until reappear: connections are reset, or stay half-open (silent), or new ones \
      are not even refused (unreachable).
      """
    ) { camera, value in
      if let departure = Departure(rawValue: value.text) { await camera.vanish(departure) }
    },
    CameraCommand("reappear", .none, "Back, or on again, with the waiting screen.") { camera, _ in
      try await camera.reappear()
    },
    CameraCommand(
      "wifi-flap", duration(3), "The network is lost for so long; the waiting screen follows."
    ) { camera, value in
      await camera.loseNetwork(for: value.seconds)
    },
    CameraCommand(
      "restart", duration(1), "Off and on again after so long, with resets and refusals."
    ) { camera, value in
      await camera.loseNetwork(for: value.seconds, .reset)
    },
    CameraCommand("power-off", .none, "Off in good order, until reappear.") { camera, _ in
      await camera.powerOff()
    },
    CameraCommand("leave-app", .none, "The user leaves the remote application: no network.") {
      camera, _ in
      await camera.vanish(.unreachable)
    },
    CameraCommand(
      "api-port", .number(0...65_535, unit: "port", default: 0),
      "Comes back at once with the API on another port; 0 takes a free one."
    ) { camera, value in
      try await camera.restart(apiPort: value.count)
    },
    CameraCommand(
      "address", .text(meaning: "IPv4 address", default: nil),
      "Comes back at once under another address."
    ) { camera, value in
      try await camera.restart { $0.address = value.text }
    },
    CameraCommand(
      "model", .text(meaning: "name", default: nil), "Comes back at once under another name."
    ) { camera, value in
      try await camera.restart { $0.friendlyName = value.text }
    },
    CameraCommand(
      "application", .word(RemoteApplication.allCases.map(\.rawValue), default: nil),
      "Comes back at once with another remote application."
    ) { camera, value in
      guard let application = RemoteApplication(rawValue: value.text) else { return }
      try await camera.restart { $0.application = application }
    },
  ]
}
