import NIOCore
import SonyCamera
import Testing

@testable import Inputs

@Suite(.timeLimit(.minutes(1))) struct CameraAddressTests {
  @Test(arguments: [
    (
      "http://192.168.122.1:61000/scalarwebapi_dd.xml",
      ["d http://192.168.122.1:61000/scalarwebapi_dd.xml"]
    ),
    ("http://h:8080/sony", ["e http://h:8080/sony/camera"]),
    ("http://h:8080/sony/camera/", ["e http://h:8080/sony/camera/"]),
    ("h:8080", ["e http://h:8080/sony/camera", "d http://h:8080/scalarwebapi_dd.xml"]),
    ("http://h/dmr", ["d http://h/dmr", "e http://h/dmr/camera"]),
    (
      "192.168.7.9",
      [
        "d http://192.168.7.9:61000/scalarwebapi_dd.xml",
        "d http://192.168.7.9:64321/DmsRmtDesc.xml", "e http://192.168.7.9:8080/sony/camera",
        "e http://192.168.7.9:10000/sony/camera",
      ]
    ),
  ])
  func saysWhatToTry(text: String, expected: [String]) throws {
    let address = try #require(CameraAddress(text))
    #expect(address.description == text)
    #expect(address.probes.map(\.phrase) == expected)
  }

  @Test(arguments: ["", "https://h/", "h:99999", "a b", "rtsp://h/x", "http://"])
  func refusesWhatIsNoAddress(text: String) {
    #expect(CameraAddress(text) == nil)
  }

  @Test func usualAddressesAreTriedOnlyWhereANetworkLeadsThere() throws {
    func interface(_ address: String) throws -> NetworkInterface {
      try #require(NetworkInterface(name: "wlan0", address: address, netmask: "255.255.255.0"))
    }
    let home = try interface("192.168.1.20")
    let camera = try interface("192.168.122.184")
    let itself = try interface("192.168.122.1")
    #expect(CameraAddress.wellKnownProbes(reachableFrom: [home]).isEmpty)
    #expect(CameraAddress.wellKnownProbes(reachableFrom: [home, itself]).isEmpty)
    #expect(
      CameraAddress.wellKnownProbes(reachableFrom: [home, camera]).map(\.phrase) == [
        "d http://192.168.122.1:61000/scalarwebapi_dd.xml",
        "d http://192.168.122.1:64321/DmsRmtDesc.xml",
        "e http://192.168.122.1:8080/sony/camera", "e http://192.168.122.1:10000/sony/camera",
      ])
    let action = try interface("10.0.0.5")
    #expect(
      CameraAddress.wellKnownProbes(reachableFrom: [action]).map(\.phrase) == [
        "d http://10.0.0.1:64321/DmsRmtDesc.xml", "e http://10.0.0.1:10000/sony/camera",
      ])
  }

  @Test func networksEndWhereTheirMasksSay() throws {
    let wide = try #require(
      NetworkInterface(name: "a", address: "10.1.2.3", netmask: "255.0.0.0"))
    #expect(wide.covers("10.200.0.1"))
    #expect(!wide.covers("11.1.2.3"))
    #expect(!wide.covers("camera.local"))
    #expect(NetworkInterface(name: "a", address: "fe80::1", netmask: nil) == nil)
    #expect(NetworkInterface.all(named: "127.0.0.1").map(\.name) == ["lo"])
    #expect(NetworkInterface.all(named: "no such interface").isEmpty)
  }
}

extension CameraAddress.Probe {
  fileprivate var phrase: String {
    switch self {
    case .description(let url): "d \(url)"
    case .endpoint(let url): "e \(url)"
    }
  }
}
