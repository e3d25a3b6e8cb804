import TestSupport
import Testing

@testable import RTSP

@Suite struct NetworkPrefixTests {
  @Test(arguments: [
    ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false),
    ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
    ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.9", false),
    ("192.0.2.128/25", "192.0.2.200", true), ("192.0.2.128/25", "192.0.2.100", false),
    ("192.0.2.77/31", "192.0.2.76", true), ("192.0.2.77/31", "192.0.2.78", false),
    ("10.0.0.0/8", "::ffff:10.3.4.5", true), ("::ffff:10.0.0.0/104", "10.3.4.5", true),
    ("::ffff:a00:0/104", "10.3.4.5", true), ("fe80::/10", "fe80::1%eth0", true),
    ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
    ("2001:db8:0:1::/64", "2001:db8:0:1:8000::", true),
    ("2001:db8:0:1::/65", "2001:db8:0:1:8000::", false),
    ("2001:db8::1", "2001:DB8:0:0:0:0:0:1", true), ("::1/128", "::1", true),
    ("::1", "127.0.0.1", false), ("64:ff9b::192.0.2.33/128", "64:ff9b::c000:221", true),
  ]) func holdsAddresses(_ network: String, _ address: String, isInside: Bool) throws {
    let prefix = try #require(NetworkPrefix(parsing: network))
    let client = try #require(NetworkAddress(parsing: address))
    #expect(prefix.contains(client) == isInside)
    #expect(AllowedNetworks([prefix]).contain(client) == isInside)
  }

  @Test(arguments: [
    "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.0.0/8", "10.0.0.256", "10.0.0.01",
    "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0 /8", " 10.0.0.0/8", "::/129", "::/-1", ":::/1",
    "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::g",
    "fe80::1%eth0/64", "[::1]", "camera.example", "1.2.3.4::", "::1.2.3", "0x0a000001",
    "10.0.0.0%1",
    ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "/8", "*", "::ffff:1.2.3.4.5", "١٠.0.0.0/8",
  ]) func refusesWhatIsNoNetwork(_ text: String) {
    #expect(NetworkPrefix(parsing: text) == nil)
  }

  @Test func anEmptyListIsEverywhereAndAnUnknownAddressNowhereElse() throws {
    #expect(AllowedNetworks.everywhere.contain(nil))
    #expect(AllowedNetworks.everywhere.contain(NetworkAddress(parsing: "::1")))
    let list = AllowedNetworks([try #require(NetworkPrefix(parsing: "::/0"))])
    #expect(!list.contain(nil))
    let both = AllowedNetworks(["10.0.0.0/8", "::1"].compactMap { NetworkPrefix(parsing: $0) })
    #expect(both.contain(NetworkAddress(parsing: "10.1.1.1")))
    #expect(both.contain(NetworkAddress(parsing: "::1")))
    #expect(!both.contain(NetworkAddress(parsing: "192.0.2.1")))
  }

  @Test func oneCustomerIsOneHousehold() throws {
    let household = { (text: String) in NetworkAddress(parsing: text)?.household }
    #expect(household("2001:db8::1") == household("2001:db8::ffff:1"))
    #expect(household("2001:db8::1") != household("2001:db8:0:1::1"))
    #expect(household("192.0.2.1") != household("192.0.2.2"))
    #expect(household("192.0.2.1") == household("::ffff:192.0.2.1"))
  }

  @Test func mutationsDoNoHarm() {
    var generator = SeededGenerator(seed: 5)
    var accepted = 0
    for text in ["10.0.0.0/8", "2001:db8:1:2:3:4:5:6/64", "::ffff:10.0.0.0/104", "fe80::%e/10"] {
      for _ in 0..<5000 {
        let bytes = Mutation.mutate(Array(text.utf8), using: &generator)
        guard let prefix = NetworkPrefix(parsing: String(decoding: bytes, as: UTF8.self)) else {
          continue
        }
        accepted += 1
        _ = prefix.contains(NetworkAddress(high: generator.next(), low: generator.next()))
      }
    }
    #expect(accepted > 0)
  }
}
