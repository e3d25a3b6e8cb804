/// The device description, `scalarwebapi_dd.xml`.
///
/// Source: descriptions of an ILCE-6000 with the embedded and one with the installed application;
/// element names as in the Camera Remote API Reference.
struct DeviceDescription {
  static let path = "/scalarwebapi_dd.xml"

  let friendlyName: String
  let uuid: String
  /// `http://host:port` of the API.
  let baseURL: String
  let application: RemoteApplication

  var xml: String {
    """
    <?xml version="1.0"?>
    <root xmlns="urn:schemas-upnp-org:device-1-0">
      <specVersion>
        <major>1</major>
        <minor>0</minor>
      </specVersion>
      <device>
        <deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>
        <friendlyName>\(Self.escaped(friendlyName))</friendlyName>
        <manufacturer>Sony Corporation</manufacturer>
        <manufacturerURL>http://www.sony.net/</manufacturerURL>
        <modelDescription>SonyDigitalMediaServer</modelDescription>
        <modelName>SonyImagingDevice</modelName>
        <UDN>\(uuid)</UDN>
        <serviceList>
          <service>
            <serviceType>\(SSDPIdentity.cameraService)</serviceType>
            <serviceId>urn:schemas-sony-com:serviceId:ScalarWebAPI</serviceId>
            <SCPDURL></SCPDURL>
            <controlURL></controlURL>
            <eventSubURL></eventSubURL>
          </service>\(application == .installed ? Self.imagingService : "")
        </serviceList>
        <av:X_ScalarWebAPI_DeviceInfo xmlns:av="urn:schemas-sony-com:av">
          <av:X_ScalarWebAPI_Version>1.0</av:X_ScalarWebAPI_Version>
          <av:X_ScalarWebAPI_ServiceList>
    \(["guide", "accessControl", "camera"].map(apiService).joined(separator: "\n"))
          </av:X_ScalarWebAPI_ServiceList>
        </av:X_ScalarWebAPI_DeviceInfo>
      </device>
    </root>

    """
  }

  private func apiService(_ name: String) -> String {
    """
            <av:X_ScalarWebAPI_Service>
              <av:X_ScalarWebAPI_ServiceType>\(name)</av:X_ScalarWebAPI_ServiceType>
              <av:X_ScalarWebAPI_ActionList_URL>\(baseURL)/sony</av:X_ScalarWebAPI_ActionList_URL>
              <av:X_ScalarWebAPI_AccessType></av:X_ScalarWebAPI_AccessType>
            </av:X_ScalarWebAPI_Service>
    """
  }

  /// The second service of newer applications; its empty elements are written the other way.
  private static let imagingService = """

          <service>
            <serviceType>urn:schemas-sony-com:service:DigitalImaging:1</serviceType>
            <serviceId>urn:schemas-sony-com:serviceId:DigitalImaging</serviceId>
            <SCPDURL>/DigitalImagingDesc.xml</SCPDURL>
            <controlURL>/upnp/control/DigitalImaging</controlURL>
            <eventSubURL/>
          </service>
    """

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
