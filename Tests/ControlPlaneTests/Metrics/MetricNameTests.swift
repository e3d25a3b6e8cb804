import Testing

@testable import ControlPlane

@Suite struct MetricNameTests {
  @Test(arguments: [
    ("bridge_hub_bytes_total", "bridge_hub_bytes_total"), ("hb.requests", "hb_requests"),
    ("a:b", "a:b"), ("1st", "_1st"), ("größe", "gr__e"), ("", "_"), ("a b\n", "a_b_"),
  ])
  func metrics(given: String, name: String) { #expect(MetricName.metric(given) == name) }

  @Test(arguments: [
    ("output", "output"), ("a:b", "a_b"), ("__name__", "_name__"), ("9", "_9"), ("", "_"),
    ("___", "_"),
  ])
  func labels(given: String, name: String) { #expect(MetricName.label(given) == name) }

  @Test func endings() {
    #expect(MetricName.name("a", endingWith: "_total") == "a_total")
    #expect(MetricName.name("a_total", endingWith: "_total") == "a_total")
  }
}
