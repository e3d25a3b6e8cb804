import Media
import SonyCamera
import Testing

@Suite struct CameraDirectoryTests {
  private let now = MediaTime(nanoseconds: 1_000_000_000)

  private func answer(
    _ uuid: String, location: String = "http://192.168.122.1:61000/dd.xml",
    target: String = SSDPSearch.sonyTarget, age: Int = 1800
  ) -> SSDPMessage {
    .answer(
      SSDPAnswer(
        target: target, uniqueServiceName: "uuid:\(uuid)::\(target)", location: location,
        maximumAgeSeconds: age))
  }

  @Test func countsACameraOnceHoweverOftenItAnswers() {
    var directory = CameraDirectory()
    guard case .added(let camera) = directory.received(answer("A1"), at: now) else {
      Issue.record("a new camera expected")
      return
    }
    #expect(camera.identifier == "uuid:a1")
    let digitalImaging = "urn:schemas-sony-com:service:DigitalImaging:1"
    for message in [answer("A1"), answer("a1"), answer("A1", target: digitalImaging)] {
      guard case .refreshed = directory.received(message, at: now) else {
        Issue.record("the same camera expected")
        return
      }
    }
    #expect(directory.sightings.count == 1)
  }

  @Test func keepsSeveralCamerasApart() {
    var directory = CameraDirectory()
    _ = directory.received(answer("A1"), at: now)
    _ = directory.received(answer("B2"), at: now)
    #expect(directory.sightings.map(\.identifier) == ["uuid:a1", "uuid:b2"])
  }

  @Test func noticesGoodbyesMovesAndSilence() {
    var directory = CameraDirectory()
    _ = directory.received(answer("A1"), at: now)
    let moved = directory.received(answer("A1", location: "http://10.0.0.1/dd.xml"), at: now)
    guard case .moved(let camera) = moved else {
      Issue.record("a move expected")
      return
    }
    #expect(camera.location.host == "10.0.0.1")
    let goodbye = SSDPMessage.notification(
      SSDPNotification(
        event: .byebye, target: "upnp:rootdevice", uniqueServiceName: "uuid:A1::upnp:rootdevice"))
    #expect(directory.received(goodbye, at: now) == .removed(camera))
    #expect(directory.received(goodbye, at: now) == .nothing)

    _ = directory.received(answer("C3", age: 10), at: now)
    #expect(directory.removeExpired(at: now.advanced(by: .seconds(9))).isEmpty)
    #expect(directory.removeExpired(at: now.advanced(by: .seconds(10))).count == 1)
    #expect(directory.sightings.isEmpty)
  }

  @Test func hearsAnnouncements() {
    var directory = CameraDirectory()
    let alive = SSDPMessage.notification(
      SSDPNotification(
        event: .alive(location: "http://192.168.122.1:61000/dd.xml", maximumAgeSeconds: 1800),
        target: SSDPSearch.sonyTarget, uniqueServiceName: "uuid:D4::x"))
    _ = directory.received(alive, at: now)
    #expect(directory.sightings.map(\.location.port) == [61_000])
  }

  @Test func ignoresRoutersBadAddressesAndFloods() {
    var directory = CameraDirectory()
    #expect(directory.received(answer("E5", target: "upnp:rootdevice"), at: now) == .nothing)
    #expect(directory.received(answer("E5", location: "ftp://h/d"), at: now) == .nothing)
    #expect(directory.received(.search(SSDPSearch()), at: now) == .nothing)
    for index in 0..<1000 { _ = directory.received(answer("\(index)"), at: now) }
    #expect(directory.sightings.count == CameraDirectory.maximumCount)
  }
}
