/// What the camera says of itself in discovery.
///
/// Source: discovery answer of an ILCE-6000; UPnP Device Architecture 1.0 §1.
struct SSDPIdentity {
  static let group = "239.255.255.250"
  /// Of real cameras' announcements.
  static let announcementTTL = 4
  static let cameraService = "urn:schemas-sony-com:service:ScalarWebAPI:1"
  static let server = "FedoraCore/2 UPnP/1.0 MINT-X/1.8.1"

  let uuid: String
  /// Of the device description.
  let location: String

  init(hardwareAddress: String, location: String) {
    uuid = Self.uuid(hardwareAddress: hardwareAddress)
    self.location = location
  }

  /// A constant service id, then the address of the network interface.
  static func uuid(hardwareAddress: String) -> String {
    "uuid:000000001000-1010-8000-\(hardwareAddress.uppercased())"
  }

  /// Everything the camera is: UPnP root device, itself, a basic device, a camera.
  var targets: [String] {
    ["upnp:rootdevice", uuid, "urn:schemas-upnp-org:device:Basic:1", Self.cameraService]
  }

  private func uniqueName(of target: String) -> String {
    target == uuid ? uuid : "\(uuid)::\(target)"
  }

  /// The answers to a search; none if it is for something else.
  func answers(to target: String) -> [String] {
    let matching = target == "ssdp:all" ? targets : targets.filter { $0 == target }
    return matching.map { matched in
      message(
        "HTTP/1.1 200 OK",
        [
          ("CACHE-CONTROL", "max-age=1800"), ("EXT", ""), ("LOCATION", location),
          ("SERVER", Self.server), ("ST", matched), ("USN", uniqueName(of: matched)),
        ])
    }
  }

  /// The announcements of one burst.
  func announcements(port: Int) -> [String] {
    targets.map { target in
      message(
        "NOTIFY * HTTP/1.1",
        [
          ("HOST", "\(Self.group):\(port)"), ("CACHE-CONTROL", "max-age=1800"),
          ("LOCATION", location), ("NT", target), ("NTS", "ssdp:alive"), ("SERVER", Self.server),
          ("USN", uniqueName(of: target)),
        ])
    }
  }

  /// What a device says that leaves in good order.
  func farewells(port: Int) -> [String] {
    targets.map { target in
      message(
        "NOTIFY * HTTP/1.1",
        [
          ("HOST", "\(Self.group):\(port)"), ("NT", target), ("NTS", "ssdp:byebye"),
          ("USN", uniqueName(of: target)),
        ])
    }
  }

  private func message(_ firstLine: String, _ headers: [(String, String)]) -> String {
    headers.reduce(firstLine + "\r\n") { $0 + "\($1.0): \($1.1)\r\n" } + "\r\n"
  }
}
