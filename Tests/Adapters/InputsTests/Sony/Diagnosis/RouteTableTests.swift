import TestSupport
import Testing

@testable import Inputs

@Suite struct RouteTableTests {
  /// A gateway with a cellular link, which also joined the camera's Wi-Fi.
  private static let text = """
    Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
    wlan0\t00000000\t017AA8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
    wwan0\t00000000\t0100400A\t0003\t0\t0\t100\t00000000\t0\t0\t0
    wlan0\t007AA8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
    eth0\t007AA8C0\t00000000\t0001\t0\t0\t700\t00FFFFFF\t0\t0\t0
    eth0\t0000A8C0\t00000000\t0000\t0\t0\t0\t0000FFFF\t0\t0\t0

    """

  @Test func theLowestMetricIsTheDefault() {
    let table = RouteTable(Self.text)
    #expect(table.defaultRoute?.interface == "wwan0")
    #expect(table.defaultRoute?.gateway == "10.64.0.1")
    #expect(table.routes.count == 4)
  }

  @Test func theNarrowestRouteLeadsToTheCamera() {
    let table = RouteTable(Self.text)
    let route = table.route(to: "192.168.122.1")
    #expect(route?.interface == "wlan0")
    #expect(route?.gateway == nil)
    #expect(table.route(to: "8.8.8.8")?.interface == "wwan0")
    #expect(table.route(to: "camera.local") == nil)
    #expect(RouteTable("").route(to: "192.168.122.1") == nil)
  }

  @Test func readsTheMachinesOwn() {
    // Every machine tests run on has loopback at least, which has no line in this file.
    #expect(RouteTable.current(statusFile: "/nowhere").routes.isEmpty)
  }

  @Test func survivesAnyText() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<3000 {
      let bytes = Mutation.mutate(Array(Self.text.utf8), using: &generator)
      let table = RouteTable(String(decoding: bytes, as: UTF8.self))
      _ = table.route(to: "192.168.122.1")
      #expect(table.routes.count <= 10)
    }
  }
}
