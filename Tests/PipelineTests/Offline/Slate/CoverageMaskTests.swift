import Testing

@testable import Pipeline

@Suite struct CoverageMaskTests {
  private func coverage(
    _ points: [SIMD2<Float>], width: Int = 4, height: Int = 4
  ) -> [[Int]] {
    var mask = CoverageMask()
    mask.reset(width: width, height: height)
    for (index, point) in points.enumerated() {
      mask.addLine(from: point, to: points[(index + 1) % points.count])
    }
    return (0..<mask.height).map { row in
      var values = [Int](repeating: 0, count: mask.width)
      mask.withRow(row) { values[$0] = $1 }
      return values
    }
  }

  @Test func pixelsAreCoveredByArea() {
    let square = coverage([[0.5, 1], [2.25, 1], [2.25, 2.5], [0.5, 2.5]])
    #expect(square == [[0, 0, 0, 0], [128, 256, 64, 0], [64, 128, 32, 0], [0, 0, 0, 0]])
  }

  @Test func directionDoesNotMatter() {
    let points: [SIMD2<Float>] = [[0.3, 0.2], [3.7, 1.1], [1.4, 3.9]]
    #expect(coverage(points) == coverage(points.reversed()))
  }

  @Test func slantedEdgesAddUpToTheArea() {
    let triangle = coverage([[0, 0], [16, 4], [2, 12]], width: 16, height: 16)
    let area = Double(triangle.joined().reduce(0, +)) / 256
    #expect(abs(area - 92) < 0.5)
  }

  @Test func aHoleStaysEmpty() {
    var mask = CoverageMask()
    mask.reset(width: 4, height: 1)
    for (x, rise) in [(0, 1), (1, -1), (3, 1), (4, -1)] as [(Float, Float)] {
      mask.addLine(from: [x, rise > 0 ? 0 : 1], to: [x, rise > 0 ? 1 : 0])
    }
    var covered: [Int] = []
    mask.withRow(0) { pixel, _ in covered.append(pixel) }
    #expect(covered == [0, 3])
  }

  @Test func edgesOutsideAreCut() {
    let everywhere = coverage([[-100, -100], [100, -100], [100, 100], [-100, 100]])
    #expect(everywhere == [[Int]](repeating: [256, 256, 256, 256], count: 4))
    let nowhere = coverage([[5, 5], [9, 5], [9, 9]]) + coverage([[-9, 1], [-5, 1], [-7, 3]])
    #expect(nowhere.joined().allSatisfy { $0 == 0 })
  }

  @Test(arguments: [(0, 5), (5, 0), (-1, 5), (1 << 40, 2), (2, Int.max)])
  func senselessSizesAreEmpty(width: Int, height: Int) {
    var mask = CoverageMask()
    mask.reset(width: width, height: height)
    mask.addLine(from: [0, 0], to: [3, 3])
    #expect(mask.width == 0 && mask.height == 0)
  }
}
