/// Something that is fed with bytes and checks what comes of them.
struct FuzzTarget: Sendable {
  /// Also the name of its folder under `Corpus`, and of its dictionary.
  var name: String
  var run: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }
}
