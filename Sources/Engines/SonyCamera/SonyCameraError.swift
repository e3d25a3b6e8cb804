/// What can be wrong with bytes from a camera, or from something that answers like one.
public enum SonyCameraError: Error, Sendable, Hashable {
  // Liveview. Positions are bytes since the start of the stream.
  /// So many bytes in a row were no liveview packet; this connection is not a liveview.
  case liveviewGarbage(position: Int, skipped: Int, limit: Int)

  // Discovery. Positions are bytes within the datagram.
  case datagramTooLong(limit: Int, actual: Int)
  /// The first line is neither a request nor a status line of SSDP.
  case datagramNotSSDP
  case datagramFieldMissing(name: String)
  case datagramFieldTooLong(position: Int, limit: Int)

  // Device description. Positions are bytes within the document.
  case descriptionTooLong(limit: Int, actual: Int)
  case descriptionTooDeep(position: Int, limit: Int)
  case descriptionMalformed(position: Int, expected: DescriptionGrammar)
  case descriptionFieldTooLong(position: Int, limit: Int)
  /// Televisions and audio devices answer the same search but offer no `camera` service.
  case descriptionWithoutCamera

  // API.
  case replyTooLong(limit: Int, actual: Int)
  case replyNotJSON
  /// The answer belongs to another call.
  case replyForeign(expected: Int, actual: Int)
  /// Neither `result`, `results` nor `error`, or values of another shape than documented.
  case replyUnexpected(method: CameraMethod)
  /// The camera's own error answer.
  case callFailed(method: CameraMethod, code: CameraErrorCode, message: String)
}

/// The rule of XML a device description broke.
public enum DescriptionGrammar: String, Sendable, Hashable {
  case rootElement = "root element"
  case elementName = "element name"
  case endOfTag = "end of tag"
  case attributeValue = "attribute value"
  case endTag = "matching end tag"
  case endOfDocument = "end of document"
}
