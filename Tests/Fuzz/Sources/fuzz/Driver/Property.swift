import NIOCore

/// Ends the process if a property does not hold, which libFuzzer takes for a finding.
func require(
  _ holds: Bool, _ property: @autoclosure () -> String, file: StaticString = #file,
  line: UInt = #line
) {
  if !holds { fatalError("broken property: \(property())", file: file, line: line) }
}

/// The result of a call, its error included, so that two calls can be compared.
func outcome<Value, Failure: Error>(_ body: () throws(Failure) -> Value) -> Result<Value, Failure> {
  do {
    return .success(try body())
  } catch {
    return .failure(error)
  }
}

extension ByteBuffer {
  var allBytes: [UInt8] { Array(readableBytesView) }
}
