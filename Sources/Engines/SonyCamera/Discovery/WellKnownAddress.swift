/// Where cameras are when nobody tells and no answer to a search arrives.
///
/// Sony's remote apps have these addresses built in; a camera is always the first address of its
/// own network.
public enum WellKnownAddress {
  /// Description of cameras with a remote app: ILCE-6000, 5000, 6300, 7, NEX-5R, DSC-RX100M3 ….
  public static let appCameraDescription = CameraURL(
    host: "192.168.122.1", port: 61_000, path: "/scalarwebapi_dd.xml")
  /// API of the same cameras, should the description not be served.
  public static let appCameraEndpoint = CameraURL(
    host: "192.168.122.1", port: 8080, path: "/sony/camera")
  /// Newer bodies without the app: ILCE-6400, 7M3, DSC-RX100M6 ….
  public static let newerBodyDescription = CameraURL(
    host: "192.168.122.1", port: 64_321, path: "/DmsRmtDesc.xml")
  public static let newerBodyEndpoint = CameraURL(
    host: "192.168.122.1", port: 10_000, path: "/sony/camera")
  /// Lens-style and action cameras: DSC-QX10, HDR-AS15, ….
  public static let actionCameraDescription = CameraURL(
    host: "10.0.0.1", port: 64_321, path: "/DmsRmtDesc.xml")
  public static let actionCameraEndpoint = CameraURL(
    host: "10.0.0.1", port: 10_000, path: "/sony/camera")

  /// Asked with a plain GET.
  public static let descriptions = [
    appCameraDescription, newerBodyDescription, actionCameraDescription,
  ]
  /// Asked with `getVersions`.
  public static let endpoints = [appCameraEndpoint, newerBodyEndpoint, actionCameraEndpoint]
}
