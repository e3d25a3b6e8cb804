import CTurboJPEG

/// The text of the last fault of `handle`, or of the thread's last fault without one.
func libraryMessage(of handle: tjhandle?) -> String {
  guard let text = tjGetErrorStr2(handle) else { return "unknown" }
  return String(cString: text)
}

/// True if the last call on `handle` went on after a fault in the data and gave a usable picture.
func isWarning(_ handle: tjhandle) -> Bool {
  tjGetErrorCode(handle) == Int32(bitPattern: TJERR_WARNING.rawValue)
}
