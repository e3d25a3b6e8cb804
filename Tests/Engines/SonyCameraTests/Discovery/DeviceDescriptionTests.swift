import NIOCore
import SonyCamera
import TestSupport
import Testing

@Suite struct DeviceDescriptionTests {
  private func description(_ fixture: String) throws -> DeviceDescription {
    try DeviceDescription(parsing: ByteBuffer(bytes: try Fixture.bytes(fixture)))
  }

  private let location = CameraURL(
    host: "192.168.122.1", port: 61_000, path: "/scalarwebapi_dd.xml")

  @Test func readsAnAlpha6000() throws {
    let device = try description("libsonyapi_6000/sample_dd.xml")
    #expect(device.friendlyName == "6000")
    #expect(device.manufacturer == "Sony Corporation")
    #expect(device.modelName == "SonyImagingDevice")
    #expect(device.uniqueDeviceName == "uuid:000000001000-1010-8000-DEEFCA6608E7")
    #expect(device.services.map(\.name) == ["guide", "accessControl", "camera"])
    #expect(device.liveviewURL == nil)
    #expect(device.defaultFunction == nil)
    #expect(
      try device.cameraEndpoint(location: location).description
        == "http://192.168.122.1:8080/sony/camera")
  }

  @Test func readsACompactCameraWithWrittenOutEmptyElements() throws {
    let device = try description("pysony/DSC-HX400V_dd.xml")
    #expect(device.friendlyName == "DSC-HX400V")
    #expect(
      try device.cameraEndpoint(location: location).description
        == "http://192.168.122.1:8080/sony/camera")
  }

  @Test func readsAnActionCamerasOptionalParts() throws {
    let device = try description("nerab_as30v/DmsRmtDesc.xml")
    #expect(device.friendlyName == "HDR-AS30V")
    #expect(device.defaultFunction == "RemoteShooting")
    #expect(device.liveviewURL?.hasPrefix("http://10.0.0.1:60152/liveview.JPG?%21") == true)
    #expect(
      try device.cameraEndpoint(location: location).description
        == "http://10.0.0.1:10000/sony/camera")
  }

  @Test func aTelevisionIsNoCamera() throws {
    let device = try parse(
      """
      <root><device><friendlyName>BRAVIA</friendlyName><x:X_ScalarWebAPI_DeviceInfo>
      <x:X_ScalarWebAPI_BaseURL>http://192.168.0.9/sony</x:X_ScalarWebAPI_BaseURL>
      <x:X_ScalarWebAPI_ServiceList><x:X_ScalarWebAPI_ServiceType>guide</x:X_ScalarWebAPI_ServiceType>
      </x:X_ScalarWebAPI_ServiceList></x:X_ScalarWebAPI_DeviceInfo></device></root>
      """)
    #expect(throws: SonyCameraError.descriptionWithoutCamera) {
      try device.cameraEndpoint(location: location)
    }
  }

  private func parse(_ text: String) throws -> DeviceDescription {
    try DeviceDescription(parsing: ByteBuffer(string: text))
  }

  private func service(actionList: String) -> String {
    """
    <root><device><a:X_ScalarWebAPI_DeviceInfo><a:X_ScalarWebAPI_Service>
    <a:X_ScalarWebAPI_ServiceType> camera </a:X_ScalarWebAPI_ServiceType>
    <a:X_ScalarWebAPI_ActionList_URL>\(actionList)</a:X_ScalarWebAPI_ActionList_URL>
    </a:X_ScalarWebAPI_Service></a:X_ScalarWebAPI_DeviceInfo></device></root>
    """
  }

  @Test(arguments: [
    ("http://192.168.122.1:8080/sony/", "http://192.168.122.1:8080/sony/camera"),
    ("/sony", "http://192.168.122.1:61000/sony/camera"),
    ("http://0.0.0.0:8080/sony", "http://192.168.122.1:8080/sony/camera"),
    ("http://127.0.0.1:8080/sony", "http://192.168.122.1:8080/sony/camera"),
  ])
  func buildsTheEndpoint(actionList: String, expected: String) throws {
    let device = try parse(service(actionList: actionList))
    #expect(try device.cameraEndpoint(location: location).description == expected)
  }

  @Test func takesOddButLegalXML() throws {
    let device = try parse(
      """
      \u{FEFF}<?xml version="1.0" encoding="utf-8"?>
      <!DOCTYPE root [ <!ENTITY big "boo>hoo"> <!ELEMENT root ANY> ]>
      <!-- a comment with <tags> and -- dashes -->
      <ns:root a="x>y" b='"'><ns:device><ns:friendlyName
       lang="de">Marie &amp; Paul&#39;s &lt;&#x3B1;6000&gt; &big; &#0;</ns:friendlyName >
      <manufacturer><![CDATA[So<ny> &amp;]]></manufacturer><UDN/><modelName></modelName>
      <deviceList><device><friendlyName>inner</friendlyName></device></deviceList>
      </ns:device></ns:root> trailing nonsense <
      """)
    #expect(device.friendlyName == "Marie & Paul's <α6000> &big; &#0;")
    #expect(device.manufacturer == "So<ny> &amp;")
    #expect(device.uniqueDeviceName == "")
  }

  @Test func saysWhatIsWrongAndWhere() {
    func expectError(_ expected: SonyCameraError, _ text: String) {
      #expect(throws: expected) { try parse(text) }
    }
    expectError(.descriptionMalformed(position: 0, expected: .rootElement), "")
    expectError(.descriptionMalformed(position: 9, expected: .rootElement), "not XML a")
    expectError(.descriptionMalformed(position: 6, expected: .endOfDocument), "<root>")
    expectError(.descriptionMalformed(position: 6, expected: .endTag), "<root></toor>")
    expectError(.descriptionMalformed(position: 6, expected: .attributeValue), "<a b=\"c>")
    expectError(.descriptionMalformed(position: 1, expected: .elementName), "<>")
    expectError(
      .descriptionTooDeep(position: 98, limit: 32), String(repeating: "<a>", count: 40))
    expectError(
      .descriptionFieldTooLong(position: 3, limit: 2048),
      "<a>" + String(repeating: "x", count: 3000) + "</a>")
    expectError(
      .descriptionTooLong(limit: 65_536, actual: 70_000), String(repeating: " ", count: 70_000))
  }

  @Test func mutationsNeverTrapOrHang() throws {
    let sample = try Fixture.bytes("libsonyapi_6000/sample_dd.xml")
    var generator = SeededGenerator(seed: 0x584D_4C)
    var accepted = 0
    for _ in 0..<2000 {
      let bytes = Mutation.mutate(sample, using: &generator)
      guard let device = try? DeviceDescription(parsing: ByteBuffer(bytes: bytes)) else { continue }
      accepted += 1
      _ = try? device.cameraEndpoint(location: location)
    }
    #expect(accepted > 0)
  }
}
