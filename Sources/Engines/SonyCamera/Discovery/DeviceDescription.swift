import NIOCore

/// What a device says about itself in its UPnP description.
///
/// Everything but the services may be missing: cameras with a remote app have no default liveview
/// address, the name may be edited by the user, the model is always `SonyImagingDevice`.
///
/// Source: Camera Remote API, "Device description"; descriptions of ILCE-6000, DSC-HX400V and
/// HDR-AS30V.
public struct DeviceDescription: Sendable, Hashable {
  /// One part of the API.
  public struct Service: Sendable, Hashable {
    /// `camera`, `guide`, `system`, …
    public var name: String
    /// Address the name is appended to, as sent; may be relative.
    public var actionListURL: String
  }

  /// Longest document that is looked at; real ones have 2 to 5 kB.
  public static let maximumByteCount = 64 * 1024
  /// Services beyond this number are left out.
  public static let maximumServiceCount = 32

  /// The device name; users can edit it, so it identifies nothing.
  public var friendlyName = ""
  public var manufacturer = ""
  public var modelName = ""
  /// `uuid:…`; the same as in the USN of SSDP.
  public var uniqueDeviceName = ""
  public var services: [Service] = []
  /// `RemoteShooting` or the like; action cameras only.
  public var defaultFunction: String?
  /// Where action cameras serve the liveview; nil on cameras with a remote app.
  public var liveviewURL: String?

  /// Reads a description.
  ///
  /// - Throws: `SonyCameraError.descriptionTooLong`, `.descriptionTooDeep`,
  ///   `.descriptionMalformed` or `.descriptionFieldTooLong`.
  public init(parsing document: ByteBuffer) throws(SonyCameraError) {
    guard document.readableBytes <= Self.maximumByteCount else {
      throw .descriptionTooLong(limit: Self.maximumByteCount, actual: document.readableBytes)
    }
    var reader = XMLPullReader(Array(document.readableBytesView))
    var path: [String] = []
    var service = Service(name: "", actionListURL: "")
    while let event = try reader.next() {
      switch event {
      case .start(let name):
        path.append(name)
        if name == "X_ScalarWebAPI_Service" { service = Service(name: "", actionListURL: "") }
      case .text(let text):
        take(text, at: path, service: &service)
      case .end(let name):
        path.removeLast()
        if name == "X_ScalarWebAPI_Service", !service.name.isEmpty,
          services.count < Self.maximumServiceCount
        {
          services.append(service)
        }
      }
    }
  }

  /// Address of the API's `camera` part.
  ///
  /// - Parameter location: Where this description came from; relative addresses build on it.
  /// - Throws: `SonyCameraError.descriptionWithoutCamera` for televisions, audio devices and
  ///   addresses that are no `http` URL.
  public func cameraEndpoint(location: CameraURL) throws(SonyCameraError) -> CameraURL {
    for service in services where service.name == "camera" {
      if let base = location.resolving(service.actionListURL) {
        return base.replacingUnusableHost(by: location).appending(service.name)
      }
    }
    throw .descriptionWithoutCamera
  }

  private mutating func take(_ text: String, at path: [String], service: inout Service) {
    // Devices may nest others (`deviceList`); the outermost one is meant.
    let isOuterDevice = path.count == 3 && path[1] == "device"
    switch path.last {
    case "friendlyName" where isOuterDevice: friendlyName += text
    case "manufacturer" where isOuterDevice: manufacturer += text
    case "modelName" where isOuterDevice: modelName += text
    case "UDN" where isOuterDevice: uniqueDeviceName += text
    case "X_ScalarWebAPI_ServiceType": service.name += text
    case "X_ScalarWebAPI_ActionList_URL": service.actionListURL += text
    case "X_ScalarWebAPI_DefaultFunction": defaultFunction = (defaultFunction ?? "") + text
    case "X_ScalarWebAPI_LiveView_URL": liveviewURL = (liveviewURL ?? "") + text
    default: break
    }
  }
}
