import Media
import SonyCamera
import TestSupport
import Testing

@Suite struct CameraClockTests {
  private func time(_ milliseconds: Int64) -> MediaTime {
    MediaTime(nanoseconds: milliseconds * 1_000_000)
  }

  @Test func keepsTheCamerasSpacingUnderNetworkJitter() {
    var generator = SeededGenerator(seed: 1)
    var clock = CameraClock()
    var camera: UInt32 = 3945
    var arrival = time(0)
    var previous: (camera: UInt32, presentation: MediaTime)?
    var worst = 0.0
    for index in 0..<2000 {
      camera += UInt32.random(in: 30...70, using: &generator)
      let delay = Int64.random(in: 5...60, using: &generator)
      // TCP keeps the order.
      arrival = max(arrival, time(1_000_000 + Int64(camera) + delay))
      let presentation = clock.presentationTime(cameraMilliseconds: camera, arrival: arrival)
      #expect(presentation <= arrival)
      if let previous, index > 100 {
        let spacing = previous.presentation.duration(to: presentation).inMilliseconds
        worst = max(worst, abs(spacing - Double(camera - previous.camera)))
      }
      previous = (camera, presentation)
    }
    // Arrival alone would be wrong by up to 55 ms.
    #expect(worst <= 5)
    #expect(clock.anchorCount == 1)
  }

  @Test func isStrictlyIncreasingWhateverTheCameraSays() {
    var generator = SeededGenerator(seed: 2)
    var clock = CameraClock()
    var arrival = time(5000)
    var last = MediaTime(nanoseconds: .min)
    for _ in 0..<20_000 {
      if Bool.random(using: &generator) {
        arrival = arrival.advanced(
          by: .milliseconds(Int64.random(in: -5...3000, using: &generator)))
      }
      let camera =
        Bool.random(using: &generator)
        ? UInt32.random(in: 0...200, using: &generator)
        : UInt32.random(in: .min ... .max, using: &generator)
      let presentation = clock.presentationTime(cameraMilliseconds: camera, arrival: arrival)
      #expect(presentation > last)
      last = presentation
    }
  }

  @Test func goesOnWhenTheCamerasClockWraps() {
    var clock = CameraClock()
    let first = clock.presentationTime(cameraMilliseconds: .max - 20, arrival: time(1000))
    let second = clock.presentationTime(cameraMilliseconds: 29, arrival: time(1055))
    #expect(first.duration(to: second) == .milliseconds(50) + .microseconds(25))
    #expect(clock.anchorCount == 1)
  }

  @Test func anchorsAnewAfterAJumpAResetAndAGap() {
    var clock = CameraClock()
    _ = clock.presentationTime(cameraMilliseconds: 10_000, arrival: time(1000))
    // The camera's clock goes back: its app was started again.
    #expect(clock.presentationTime(cameraMilliseconds: 319, arrival: time(1050)) == time(1050))
    // It jumps ahead of the arrival.
    #expect(clock.presentationTime(cameraMilliseconds: 6000, arrival: time(1100)) == time(1100))
    // A long pause on both clocks.
    #expect(
      clock.presentationTime(cameraMilliseconds: 26_000, arrival: time(21_200)) == time(21_200))
    clock.reset()
    #expect(clock.presentationTime(cameraMilliseconds: 1, arrival: time(21_250)) == time(21_250))
    #expect(clock.anchorCount == 5)
  }

  @Test func picturesDelayedByAStallKeepTheirDistanceAndTheNextFreshOneIsOnTime() {
    var clock = CameraClock()
    for index in 0..<20 {
      let camera = UInt32(index * 50)
      _ = clock.presentationTime(
        cameraMilliseconds: camera, arrival: time(10_000 + Int64(camera)))
    }
    // Three pictures taken 50 ms apart arrive together, one second late.
    let late = [1000, 1050, 1100].map {
      clock.presentationTime(cameraMilliseconds: UInt32($0), arrival: time(12_100))
    }
    #expect(late[0].duration(to: late[1]).inMilliseconds.rounded() == 50)
    #expect(late[1].duration(to: late[2]).inMilliseconds.rounded() == 50)
    #expect(abs(late[0].duration(to: time(11_000)).inMilliseconds) < 2)
    let fresh = clock.presentationTime(cameraMilliseconds: 2150, arrival: time(12_150))
    #expect(fresh == time(12_150))
  }

  @Test func followsTwoClocksThatDriftApart() {
    // The camera's clock is slow by 100 parts per million, for an hour.
    var clock = CameraClock()
    var delay = Duration.zero
    for index in 0..<(3600 * 20) {
      let camera = UInt32(index * 50)
      let arrival = MediaTime(nanoseconds: Int64(camera) * 1_000_100)
      let presentation = clock.presentationTime(cameraMilliseconds: camera, arrival: arrival)
      delay = presentation.duration(to: arrival)
    }
    #expect(delay < .milliseconds(5))
    #expect(clock.anchorCount == 1)
  }
}
