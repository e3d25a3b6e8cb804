import Testing

@testable import ControlPlane

@Suite struct MetricsPageTests {
  @Test func thePageIsSortedAndComplete() {
    let families = [
      MetricFamily("b_total", .counter, "Things.", 2),
      MetricFamily(
        name: "a_seconds", kind: .summary, help: nil,
        samples: [
          .init(suffix: "_sum", labels: MetricLabels([("x", "2")]), value: 0.5),
          .init(suffix: "_count", labels: MetricLabels([("x", "2")]), value: 4),
          .init(suffix: "_sum", labels: MetricLabels([("x", "1")]), value: 1),
          .init(suffix: "_count", labels: MetricLabels([("x", "1")]), value: 1),
        ]),
    ]
    #expect(
      MetricsPage.text(of: families) == """
        # TYPE a_seconds summary
        a_seconds_count{x="1"} 1
        a_seconds_sum{x="1"} 1
        a_seconds_count{x="2"} 4
        a_seconds_sum{x="2"} 0.5
        # HELP b_total Things.
        # TYPE b_total counter
        b_total 2

        """)
  }

  @Test func textIsEscaped() {
    let labels = MetricLabels([("path", "C:\\a \"b\"\nc")])
    let family = MetricFamily(
      name: "a", kind: .gauge, help: "one\\two\n\"three\"",
      samples: [.init(labels: labels, value: 1)])
    #expect(
      MetricsPage.text(of: [family]) == #"""
        # HELP a one\\two\n"three"
        # TYPE a gauge
        a{path="C:\\a \"b\"\nc"} 1

        """#)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (3, "3"), (-2, "-2"), (0.25, "0.25"), (1e15, "1000000000000000"),
    (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
  ])
  func values(value: Double, text: String) {
    let page = MetricsPage.text(of: [MetricFamily("a", .gauge, "", value)])
    #expect(page.split(separator: "\n").last == "a \(text)")
  }

  @Test func aNameAppearsOnce() {
    let page = MetricsPage.text(of: [
      MetricFamily("a", .gauge, "First.", 1), MetricFamily("a", .counter, "Second.", 2),
    ])
    #expect(page == "# HELP a First.\n# TYPE a gauge\na 1\n")
  }

  @Test func aFamilyWithoutSeriesIsLeftOut() {
    #expect(MetricsPage.text(of: [MetricFamily(name: "a", kind: .gauge, samples: [])]) == "")
  }
}
